#include "cli/sweep_map.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "cli/bars.h"
#include "cli/map_ink.h"
#include "cli/palette.h"
#include "cli/width.h"

namespace tacet::cli {
namespace {

constexpr std::size_t kWidestMapCell =
    3;  // about twice as high as wide: beyond, the map looks torn

/// One head of the map.
struct Cell {
  std::optional<double> value;
  Role role = Role::none;
  bool significant = false;
  int layer = 0;
};

/// What the map shows, and where its columns stand.
struct Map {
  Metric metric = Metric::late;
  std::map<int, std::map<int, Cell>> rows;  // by block, then by head
  std::vector<int> heads;                   // the columns
  double end = 0;                           // the value that has the strongest colour
  bool numbers = false;                     // of onsets: the cells have room for them
  bool has_gaps = false;                    // a head has no value
  double largest = 0;                       // the largest magnitude there is
  std::size_t label = 5;                    // columns of the block's name
  std::size_t hidden = 2;                   // of its index in hidden_states
  std::size_t cell = kWidestMapCell;
  std::size_t count = 2;  // digits of a row's counts

  /// Columns that are no cells.
  std::size_t margins() const { return 2 + label + 1 + hidden + 2 + 2 * (count + 2); }
};

bool is_significant(const HeadSummary& head, Metric metric) {
  switch (metric) {
    case Metric::late:
      return head.role != Role::none;
    case Metric::immediate:
      return head.immediate_effect;
    case Metric::extreme:
    case Metric::t:
    case Metric::cohen_dz:
      return head.extreme_effect;
    case Metric::onset:
      break;
  }
  return false;
}

/// How strong a cell's colour can get: by the onset, how far above its own block it lies.
double strength(const Cell& cell, Metric metric) {
  if (!cell.value) return 0;
  return metric == Metric::onset ? *cell.value - cell.layer : *cell.value;
}

std::size_t digits(int number) {
  return fmt::format("{}", number).size();
}

Map make_map(const SweepSummary& summary, Metric metric, const View& view,
             std::span<const SweepSummary> others) {
  Map map;
  map.metric = metric;
  std::set<int> heads;
  std::vector<double> magnitudes;
  for (const HeadSummary& head : summary.heads) {
    if (head.heads.size() != 1) continue;
    const Head one = head.heads.front();
    const Cell cell{value_of(head, metric), head.role, is_significant(head, metric), one.layer};
    map.rows[one.layer][one.head] = cell;
    map.has_gaps |= !cell.value;
    heads.insert(one.head);
    magnitudes.push_back(std::abs(strength(cell, metric)));
  }
  if (heads.empty()) return map;
  for (const SweepSummary& other : others) {
    for (const HeadSummary& head : other.heads) {
      if (head.heads.size() != 1) continue;
      const Cell cell{value_of(head, metric), Role::none, false, head.heads.front().layer};
      magnitudes.push_back(std::abs(strength(cell, metric)));
    }
  }
  map.heads.assign(heads.begin(), heads.end());
  map.largest = std::ranges::max(magnitudes);
  map.end = metric == Metric::onset ? map.largest : scale_end(magnitudes);
  map.label = std::max(map.label, digits(summary.n_layer) + 1);
  map.hidden = std::max(map.hidden, digits(summary.n_layer));
  map.count = std::max(map.count, digits(static_cast<int>(map.heads.size())));
  const std::size_t room = view.width - std::min(view.width, map.margins());
  map.cell = std::clamp<std::size_t>(room / map.heads.size(), 2, kWidestMapCell);
  map.numbers = metric == Metric::onset && digits(summary.n_layer - 1) < map.cell;
  return map;
}

/// The share of the scale that a cell reaches, in [-1, 1].
double share_of(const Cell& cell, const Map& map) {
  const double value = strength(cell, map.metric);
  if (map.end <= 0) return value == 0 ? 0 : std::copysign(1, value);
  return std::clamp(value / map.end, -1.0, 1.0);
}

/// The number of an onset's block.
std::string onset_text(const Cell& cell, const Map& map) {
  return map.numbers ? fmt::format("{}", std::lround(*cell.value)) : std::string();
}

/// Sign and shade: "▼█" significant, "-█" not, "·" next to nothing.
std::string plain_cell(const Cell& cell, const Map& map) {
  if (!cell.value) return pad_left(map.metric == Metric::onset ? "·" : "=", 2);
  const double share = share_of(cell, map);
  if (map.metric == Metric::onset) {
    const std::string number = onset_text(cell, map);
    return number.empty() ? " " + std::string(shade_of(share, true)) : pad_left(number, 2);
  }
  const std::string_view ink = shade_of(share, cell.significant);
  if (ink.empty()) return " ·";
  const std::string_view up = cell.significant ? "▲" : "+";
  const std::string_view down = cell.significant ? "▼" : "-";
  return std::string(share < 0 ? down : up).append(ink);
}

std::string filled_cell(const Cell& cell, const Map& map, const Style& style) {
  if (!cell.value) {
    return style.paint(Ink::dim, pad_right(plain_cell(cell, map), map.cell));
  }
  const double share = share_of(cell, map);
  if (map.metric == Metric::onset) {
    return style.fill(sequential_color(share),
                      pad_right(pad_left(onset_text(cell, map), 2), map.cell));
  }
  return style.fill(diverging_color(share), pad_right(cell.significant ? " •" : "", map.cell));
}

/// The numbers of the heads, every one where they do not touch, else every other.
std::string column_labels(std::span<const int> heads, const Map& map) {
  const std::size_t widest = digits(heads.back());
  const std::size_t step = widest < map.cell ? 1 : (widest + map.cell) / map.cell;
  std::string out;
  for (std::size_t i = 0; i < heads.size(); i += step) {
    const std::size_t columns = std::min(step, heads.size() - i) * map.cell;
    out += pad_right(pad_left(fmt::format("{}", heads[i]), 2), columns);
  }
  return out;
}

/// How many connectors and separators the row holds.
std::string counts(const std::map<int, Cell>& row, const Map& map, const Style& style) {
  const auto text = [&](Ink ink, std::string_view mark, Role role) {
    const auto number =
        std::ranges::count_if(row, [role](const auto& entry) { return entry.second.role == role; });
    if (number == 0) return std::string(map.count + 2, ' ');
    return style.paint(ink, fmt::format(" {}{:>{}}", mark, number, map.count));
  };
  return text(Ink::decoupling, "▼", Role::connector) + text(Ink::coupling, "▲", Role::separator);
}

std::string panel(const Map& map, std::span<const int> heads, bool is_last, const View& view) {
  const Style& style = view.style;
  const std::string head_row = "  " + pad_right("block", map.label) + " " +
                               pad_left("hs", map.hidden) + "  " + column_labels(heads, map);
  std::string out = style.paint(Ink::title, without_trailing_spaces(head_row)) + "\n";
  for (const auto& [layer, row] : map.rows) {
    out += "  " + pad_right(fmt::format("L{}", layer), map.label) + " " +
           pad_left(fmt::format("{}", layer + 1), map.hidden) + "  ";
    for (const int head : heads) {
      const auto cell = row.find(head);
      if (cell == row.end()) {
        out.append(map.cell, ' ');
      } else if (style.color()) {
        out += filled_cell(cell->second, map, style);
      } else {
        out += pad_right(plain_cell(cell->second, map), map.cell);
      }
    }
    if (is_last) out += counts(row, map, style);
    out.erase(out.find_last_not_of(' ') + 1);
    out += "\n";
  }
  return out;
}

std::string format_value(double value, Metric metric) {
  if (metric == Metric::t || metric == Metric::cohen_dz) return fmt::format("{:+.2f}", value);
  return format_delta(value);
}

std::string onset_legend(const Map& map, const View& view) {
  const Style& style = view.style;
  const std::string far = fmt::format("{:.0f} block{}", map.end, map.end == 1 ? "" : "s");
  std::string scale;
  if (style.color())
    scale = fmt::format("  0 {} {}", swatches(map.metric == Metric::onset, style), far);
  if (!style.color() && !map.numbers) scale = fmt::format("  0 ░ ▒ ▓ █ {}", far);
  if (!scale.empty()) scale += " above the head's own\n";
  return scale + paragraph(map.numbers
                               ? "The numbers are those of the first significant block; · none."
                               : "· no significant block.",
                           view, Ink::dim);
}

/// The scale with its ends; nothing where every value is 0.
std::string scale(const Map& map, const Style& style) {
  if (map.end == 0) return "";
  std::string out =
      fmt::format("  {} {} {}", format_value(-map.end, map.metric),
                  style.color() ? swatches(map.metric == Metric::onset, style) : plain_scale(),
                  format_value(map.end, map.metric));
  if (map.largest > map.end) {
    out += std::isfinite(map.largest)
               ? fmt::format(" and beyond, to {}", format_value(map.largest, map.metric).substr(1))
               : std::string(" and beyond");
  }
  return out + "\n";
}

std::string legend(const Map& map, const View& view) {
  if (map.metric == Metric::onset) return onset_legend(map, view);
  std::string meaning = view.style.color()
                            ? "Blue: silencing makes tokens less alike, red: more; • significant."
                            : "- silencing makes tokens less alike, + more; ▼ ▲ in their place: "
                              "significant.";
  if (map.has_gaps) meaning += " =: exactly unchanged.";
  meaning += " On the right: the block's connectors ▼ and separators ▲.";
  return scale(map, view.style) + paragraph(meaning, view, Ink::dim);
}

}  // namespace

std::string_view metric_name(Metric metric) {
  switch (metric) {
    case Metric::late:
      return "mean Δ over the late blocks";
    case Metric::immediate:
      return "mean Δ at the head's own block";
    case Metric::extreme:
      return "mean Δ of the block where it is farthest from 0";
    case Metric::t:
      return "t of the block where mean Δ is farthest from 0";
    case Metric::cohen_dz:
      return "d_z of the block where mean Δ is farthest from 0";
    case Metric::onset:
      return "first significant block";
  }
  return "";
}

std::string render_map(const SweepSummary& summary, Metric metric, const View& view,
                       const std::string& name, std::span<const SweepSummary> others) {
  const Map map = make_map(summary, metric, view, others);
  if (map.heads.empty()) return "";
  const std::string title =
      fmt::format("{}{}{}, by block and head", name, name.empty() ? "" : ": ", metric_name(metric));
  std::string out = "  " + view.style.paint(Ink::title, title) + "\n\n";
  const std::size_t per_panel =
      std::max<std::size_t>(1, (view.width - std::min(view.width, map.margins())) / map.cell);
  std::span<const int> rest(map.heads);
  while (!rest.empty()) {
    const std::size_t count = std::min(per_panel, rest.size());
    out += panel(map, rest.first(count), count == rest.size(), view);
    rest = rest.subspan(count);
    if (!rest.empty()) out += "\n";
  }
  if (!view.quiet) out += "\n" + legend(map, view);
  return out;
}

}  // namespace tacet::cli
