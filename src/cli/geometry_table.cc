#include "cli/geometry_table.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "cli/width.h"

namespace tacet::cli {
namespace {

constexpr std::size_t kNumber = 12;  // columns of CKA and of the rank correlation

/// Those that can be measured: each has a column.
std::vector<const VerdictChange*> columns_of(const SilenceResult& result) {
  std::vector<const VerdictChange*> columns;
  for (const VerdictChange& one : result.verdict_changes) {
    if (one.undefined.empty()) columns.push_back(&one);
  }
  return columns;
}

/// "no-rogue:3", "position 0": `without` and `with` are one word too wide for a column.
std::string_view short_name(const VerdictChange& change) {
  const std::string_view name = change.measured;
  return name.ends_with("position 0") ? "position 0" : name;
}

/// How far below 1 it lies is what matters: six decimals.
std::string number(const std::optional<double>& value) {
  return pad_left(value ? fmt::format("{:.6f}", *value) : "-", kNumber);
}

std::size_t width_of(const VerdictChange& change) {
  return display_width(short_name(change)) + 2;
}

std::string row_text(const LayerEffect& row, const std::vector<const VerdictChange*>& columns,
                     const Style& style) {
  std::string out = fmt::format("  {:<6}{:>3}", fmt::format("L{}", row.layer), row.layer + 1);
  out += number(row.cka) + number(row.rank_correlation);
  for (const VerdictChange* const change : columns) {
    const bool differs = std::ranges::find(change->blocks, row.layer) != change->blocks.end();
    out += style.paint(differs ? Ink::warning : Ink::dim,
                       pad_left(differs ? "≠" : "=", width_of(*change)));
  }
  return out + "\n";
}

}  // namespace

std::string render_geometry(const SilenceResult& result, const View& view) {
  const std::vector<const VerdictChange*> columns = columns_of(result);
  std::string header = fmt::format("  {:<6}{:>3}", "block", "hs") + pad_left("CKA", kNumber) +
                       pad_left("rank corr.", kNumber);
  for (const VerdictChange* const change : columns) {
    header += pad_left(short_name(*change), width_of(*change));
  }
  std::string rows;
  for (const LayerEffect& row : result.layers) {
    if (row.effect != Effect::unchanged) rows += row_text(row, columns, view.style);
  }
  if (rows.empty()) return "";
  std::string out = view.style.paint(Ink::title, "  The geometry, clean against silenced") +
                    "\n\n" + view.style.paint(Ink::title, header) + "\n" + rows;
  if (view.quiet) return out;
  return out + "\n" +
         paragraph(
             "CKA: 1 where the tokens stand in one pattern. Rank corr.: Spearman's of the pairs' "
             "cosines. ≠: the effect is another one with that cosine, or with the other choice of "
             "position 0.",
             view, Ink::dim);
}

}  // namespace tacet::cli
