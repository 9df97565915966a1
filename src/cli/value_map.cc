#include "cli/value_map.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "cli/map_ink.h"
#include "cli/palette.h"
#include "cli/width.h"

namespace tacet::cli {
namespace {

constexpr std::size_t kWidestCell = 3;
constexpr std::size_t kNarrowestCell = 2;

/// The scale and the columns of one map.
struct MapLayout {
  double end = 0;      // the value that has the strongest colour
  double largest = 0;  // the largest magnitude there is
  std::size_t label = 0;
  std::size_t cell = kWidestCell;
  std::size_t per_panel = 1;
};

MapLayout layout_of(const ValueMap& map, const View& view) {
  MapLayout layout;
  std::vector<double> magnitudes;
  for (const auto& row : map.values) {
    for (const std::optional<double>& value : row) {
      if (value) magnitudes.push_back(std::abs(*value));
    }
  }
  for (const double value : map.scale_with) magnitudes.push_back(std::abs(value));
  if (!magnitudes.empty()) layout.largest = std::ranges::max(magnitudes);
  layout.end = scale_end(magnitudes);
  layout.label = display_width(map.corner);
  for (const std::string& row : map.rows) {
    layout.label = std::max(layout.label, display_width(row));
  }
  const std::size_t margins = 2 + layout.label + 2;
  const std::size_t room = view.width - std::min(view.width, margins);
  layout.cell =
      std::clamp(room / std::max<std::size_t>(1, map.columns.size()), kNarrowestCell, kWidestCell);
  layout.per_panel = std::max<std::size_t>(1, room / layout.cell);
  return layout;
}

std::string plain_cell(const std::optional<double>& value, double share) {
  if (!value) return "";
  if (*value == 0) return " =";
  const std::string_view ink = shade_of(share, /*visible=*/false);
  if (ink.empty()) return " ·";
  return std::string(share < 0 ? "-" : "+").append(ink);
}

std::string cell_text(const std::optional<double>& value, const MapLayout& layout,
                      const Style& style) {
  const double share = value && layout.end > 0 ? std::clamp(*value / layout.end, -1.0, 1.0) : 0.0;
  if (!style.color()) return pad_right(plain_cell(value, share), layout.cell);
  if (!value) return std::string(layout.cell, ' ');
  return style.fill(diverging_color(share), pad_right(*value == 0 ? " =" : "", layout.cell));
}

/// The labels over columns [first, end): every one where they do not touch, else every other.
std::string column_labels(const ValueMap& map, std::size_t first, std::size_t end,
                          const MapLayout& layout) {
  std::size_t widest = 0;
  for (std::size_t i = first; i < end; ++i) {
    widest = std::max(widest, display_width(map.columns[i]));
  }
  const std::size_t step = widest < layout.cell ? 1 : (widest + layout.cell) / layout.cell;
  std::string out;
  for (std::size_t i = first; i < end; i += step) {
    out += pad_right(pad_left(map.columns[i], 2), std::min(step, end - i) * layout.cell);
  }
  return out;
}

std::string panel(const ValueMap& map, std::size_t first, std::size_t end, const MapLayout& layout,
                  const View& view) {
  const std::string head =
      "  " + pad_right(map.corner, layout.label) + "  " + column_labels(map, first, end, layout);
  std::string out = view.style.paint(Ink::title, without_trailing_spaces(head)) + "\n";
  for (std::size_t r = 0; r < map.rows.size(); ++r) {
    std::string line = "  " + pad_right(map.rows[r], layout.label) + "  ";
    for (std::size_t i = first; i < end; ++i) {
      line += cell_text(map.values[r][i], layout, view.style);
    }
    out += without_trailing_spaces(line) + "\n";
  }
  return out;
}

std::string scale(const ValueMap& map, const MapLayout& layout, const View& view) {
  if (layout.end == 0) return "";
  std::string out = fmt::format("  {} {} {}", map.format(-layout.end),
                                view.style.color() ? swatches(false, view.style) : plain_scale(),
                                map.format(layout.end));
  if (layout.largest > layout.end) {
    out += fmt::format(" and beyond, to {}", map.format(layout.largest).substr(1));
  }
  return out + "\n";
}

}  // namespace

std::string render_value_map(const ValueMap& map, const View& view) {
  if (map.rows.empty() || map.columns.empty()) return "";
  const MapLayout layout = layout_of(map, view);
  std::string out = "  " + view.style.paint(Ink::title, map.title) + "\n\n";
  for (std::size_t first = 0; first < map.columns.size(); first += layout.per_panel) {
    if (first > 0) out += "\n";
    out += panel(map, first, std::min(map.columns.size(), first + layout.per_panel), layout, view);
  }
  if (view.quiet) return out;
  return out + "\n" + value_map_scale(map, view);
}

std::string value_map_scale(const ValueMap& map, const View& view) {
  return scale(map, layout_of(map, view), view) + paragraph(map.meaning, view, Ink::dim);
}

std::size_t half_width(const ValueMap& map, const View& view) {
  View half = view;
  half.width = view.width / 2;
  const bool fits = layout_of(map, half).per_panel >= map.columns.size();
  return fits && display_width(map.title) + 2 < half.width ? half.width : 0;
}

ValueMap head_map(const std::vector<std::pair<Head, std::optional<double>>>& heads) {
  std::set<int> blocks;
  std::set<int> columns;
  for (const auto& [head, value] : heads) {
    blocks.insert(head.layer);
    columns.insert(head.head);
  }
  ValueMap map;
  map.corner = "block  hs";
  for (const int block : blocks) {
    map.rows.push_back(pad_right(fmt::format("L{}", block), 5) +
                       pad_left(fmt::format("{}", block + 1), 4));
  }
  for (const int column : columns) map.columns.push_back(fmt::format("{}", column));
  map.values.assign(blocks.size(), std::vector<std::optional<double>>(columns.size()));
  for (const auto& [head, value] : heads) {
    const auto row = std::distance(blocks.begin(), blocks.find(head.layer));
    const auto column = std::distance(columns.begin(), columns.find(head.head));
    map.values[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)] = value;
  }
  return map;
}

}  // namespace tacet::cli
