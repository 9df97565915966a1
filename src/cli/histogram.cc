#include "cli/histogram.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "cli/width.h"
#include "support/utf8.h"

namespace tacet::cli {
namespace {

/// The scale of all histograms of a comparison.
struct HistogramScale {
  std::int64_t most = 1;  // in one bin
  std::size_t label = 1;  // digits of it
  std::size_t cell = 1;   // columns of a bin
};

constexpr std::size_t kRows = 5;

/// One row of a histogram, from the top; what is left of 0 and right of it in its colour.
std::string histogram_row(const std::vector<std::int64_t>& counts, std::size_t row,
                          const HistogramScale& scale, const Style& style) {
  constexpr std::array<std::string_view, 9> kEighths = {" ", "▁", "▂", "▃", "▄",
                                                        "▅", "▆", "▇", "█"};
  std::array<std::string, 3> parts;  // below, around and above 0
  const std::size_t middle = counts.size() / 2;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double share = static_cast<double>(counts[i]) / static_cast<double>(scale.most);
    // By its root: most heads do next to nothing, and the few that do much are to be seen.
    auto height = static_cast<std::int64_t>(std::lround(std::sqrt(share) * 8 * kRows));
    if (counts[i] > 0) height = std::max<std::int64_t>(height, 1);
    const auto below = static_cast<std::int64_t>(8 * (kRows - 1 - row));
    const auto eighths = static_cast<std::size_t>(std::clamp<std::int64_t>(height - below, 0, 8));
    std::string& part = parts.at(i < middle ? 0 : i == middle ? 1 : 2);
    for (std::size_t k = 0; k < scale.cell; ++k) part += kEighths.at(eighths);
  }
  return style.paint(Ink::decoupling, parts[0]) + parts[1] + style.paint(Ink::coupling, parts[2]);
}

/// The axis below the histograms, with its ends and 0.
std::string histogram_axis(const Comparison& comparison, const HistogramScale& scale) {
  const std::size_t columns = (comparison.edges.size() - 1) * scale.cell;
  const std::size_t left = columns / 2;
  std::string out(scale.label + 3, ' ');
  out += "└";
  for (std::size_t i = 0; i < columns; ++i) out += i == left ? "┴" : "─";
  out += "\n";
  const std::string low = format_signed(comparison.edges.front());
  const std::string high = format_signed(comparison.edges.back());
  std::string labels(scale.label + 4, ' ');
  labels += pad_right(low, left) + "0" + pad_left(high, columns - left - 1);
  return out + labels + "\n";
}

}  // namespace

std::string shown_variant(const std::string& name) {
  return truncate(support::escape_for_display(name), kWidestVariant);
}

std::string format_signed(double value) {
  return value == 0 ? "0" : fmt::format("{:+.3g}", value);
}

std::string render_histograms(const Comparison& comparison, const View& view) {
  if (comparison.edges.empty()) return "";
  HistogramScale scale;
  for (const VariantSummary& one : comparison.variants) {
    scale.most = std::max(scale.most, std::ranges::max(one.histogram));
  }
  scale.label = fmt::format("{}", scale.most).size();
  const std::size_t bins = comparison.edges.size() - 1;
  scale.cell = std::clamp<std::size_t>((view.width - scale.label - 4) / bins, 1, 5);
  std::string out =
      "  " +
      view.style.paint(Ink::title, fmt::format("How many heads have which {}", comparison.what)) +
      "\n\n";
  for (const VariantSummary& one : comparison.variants) {
    out += "  " + view.style.paint(Ink::title, shown_variant(one.name)) + "\n";
    for (std::size_t row = 0; row < kRows; ++row) {
      const std::string label = row == 0 ? fmt::format("{}", scale.most) : "";
      out +=
          without_trailing_spaces("  " + pad_left(label, scale.label) + (row == 0 ? " ┤" : " │") +
                                  histogram_row(one.histogram, row, scale, view.style)) +
          "\n";
    }
    out += histogram_axis(comparison, scale);
  }
  return out;
}

}  // namespace tacet::cli
