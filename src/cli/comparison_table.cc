#include "cli/comparison_table.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/bars.h"
#include "cli/histogram.h"
#include "cli/width.h"

namespace tacet::cli {
namespace {

/// A column of a table whose rows have names.
struct Column {
  std::string title;
  std::vector<std::string> cells;
};

/// The columns behind the names of the rows; those that do not fit beside the others stand below.
std::string grid(const std::string& corner, const std::vector<std::string>& rows,
                 const std::vector<Column>& columns, const View& view) {
  std::size_t label = display_width(corner);
  for (const std::string& row : rows) label = std::max(label, display_width(row));
  std::size_t widest = 9;
  for (const Column& column : columns) {
    widest = std::max(widest, display_width(column.title));
    for (const std::string& cell : column.cells) widest = std::max(widest, display_width(cell));
  }
  widest += 2;
  const std::size_t room = view.width - std::min(view.width, label + 2);
  const std::size_t at_once = std::max<std::size_t>(1, room / widest);
  std::string out;
  for (std::size_t first = 0; first < columns.size(); first += at_once) {
    const std::size_t end = std::min(columns.size(), first + at_once);
    if (first > 0) out += "\n";
    std::string line = "  " + pad_right(corner, label);
    for (std::size_t k = first; k < end; ++k) line += pad_left(columns[k].title, widest);
    out += view.style.paint(Ink::title, line) + "\n";
    for (std::size_t i = 0; i < rows.size(); ++i) {
      line = "  " + pad_right(rows[i], label);
      for (std::size_t k = first; k < end; ++k) line += pad_left(columns[k].cells[i], widest);
      out += line + "\n";
    }
  }
  return out;
}

std::string share_text(std::int64_t count, std::int64_t n) {
  return fmt::format("{} of {}", count, n);
}

/// Mean, spread, quartiles and marks of every variant.
std::string variants_table(const Comparison& comparison, const View& view) {
  std::vector<std::string> rows = {"mean",           "sd",       "median",  "lower quartile",
                                   "upper quartile", "smallest", "largest", "median magnitude"};
  const bool of_effects = comparison.flags == FlagKind::effects;
  if (of_effects) {
    rows.insert(rows.end(), {"significant coupling", "significant decoupling"});
  } else {
    rows.emplace_back("another top token");
  }
  std::vector<Column> columns;
  for (const VariantSummary& one : comparison.variants) {
    Column column{shown_variant(one.name),
                  {format_signed(one.mean), format_number(one.sd, 3), format_signed(one.median),
                   format_signed(one.q25), format_signed(one.q75), format_signed(one.min),
                   format_signed(one.max), format_number(one.median_abs, 3)}};
    if (of_effects) {
      column.cells.push_back(share_text(one.n_coupling, one.n));
      column.cells.push_back(share_text(one.n_decoupling, one.n));
    } else {
      column.cells.push_back(share_text(one.n_top1_changed, one.n));
    }
    columns.push_back(std::move(column));
  }
  return grid(comparison.what, rows, columns, view);
}

/// How far apart the variants lie on one head.
double apart(const ComparedHead& head) {
  const auto [low, high] = std::ranges::minmax(head.values);
  return high - low;
}

/// The heads on which the variants differ most, or all of them in their order.
std::string heads_table(const Comparison& comparison, std::size_t top, const View& view) {
  std::vector<const ComparedHead*> heads;
  for (const ComparedHead& head : comparison.heads) heads.push_back(&head);
  std::string out;
  if (!view.verbose && heads.size() > top) {
    std::ranges::stable_sort(heads, std::ranges::greater{},
                             [](const ComparedHead* head) { return apart(*head); });
    heads.resize(top);
    out =
        paragraph(fmt::format("The {} on which they differ most (all with --verbose):", top), view);
  }
  if (heads.empty()) return "";
  std::vector<std::string> rows;
  std::vector<Column> columns;
  for (const VariantSummary& one : comparison.variants)
    columns.push_back({shown_variant(one.name), {}});
  columns.push_back({"apart", {}});
  for (const ComparedHead* const head : heads) {
    rows.push_back(truncate(head->spec, kWidestVariant));
    for (std::size_t k = 0; k < head->values.size(); ++k) {
      columns[k].cells.push_back(format_signed(head->values[k]));
    }
    columns.back().cells.push_back(format_number(apart(*head), 3));
  }
  return out + grid("head", rows, columns, view);
}

std::string spread_text(const VariantPair& pair, std::size_t n_heads, const std::string& a,
                        const std::string& b) {
  if (n_heads < 2) return "of one head there is none";
  if (!pair.sd_ratio) return fmt::format("{} does not vary from head to head", a);
  std::string text =
      fmt::format("the sd of {} is {} times that of {}", b, format_number(pair.sd_ratio, 3), a);
  if (!pair.spread_test) return text + "; no test of equal spread exists";
  return text + fmt::format("; equal spread: t({:.0f}) = {}, p = {}", pair.spread_test->df,
                            format_t(pair.spread_test->statistic), format_p(pair.spread_test->p));
}

std::string pair_fields(const Comparison& comparison, const VariantPair& pair, const View& view) {
  const std::string a = shown_variant(comparison.variants[pair.a].name);
  const std::string b = shown_variant(comparison.variants[pair.b].name);
  std::string out = "  " + view.style.paint(Ink::title, fmt::format("{} and {}", a, b)) + "\n";
  const auto number = [](const std::optional<double>& value) {
    return value ? fmt::format("{:+.3f}", *value) : std::string("-");
  };
  out += field("correlation",
               fmt::format("Pearson {}, Spearman {}, over {} head{}", number(pair.pearson),
                           number(pair.spearman), comparison.heads.size(),
                           comparison.heads.size() == 1 ? "" : "s"),
               view);
  out += field("same sign",
               pair.same_sign ? fmt::format("{:.1f} % of the heads", 100 * *pair.same_sign)
                              : std::string("no head has a value other than 0 in both"),
               view);
  out += field("spread", spread_text(pair, comparison.heads.size(), a, b), view);
  out += field(comparison.flags == FlagKind::effects ? "significant" : "top token",
               fmt::format("{}in both: {}; in {} alone: {}; in {} alone: {}",
                           comparison.flags == FlagKind::effects ? "" : "another one ", pair.n_both,
                           a, pair.n_only_a, b, pair.n_only_b),
               view);
  return out;
}

}  // namespace

std::string render_comparison(const Comparison& comparison, std::size_t top, const View& view) {
  constexpr std::size_t kFewestToCount = 9;  // of fewer the numbers themselves say more
  const bool counts = comparison.heads.size() >= kFewestToCount;
  std::string out;
  if (counts) out = render_histograms(comparison, view);
  if (!out.empty()) out += "\n";
  out += variants_table(comparison, view);
  const std::string heads = heads_table(comparison, top, view);
  if (!heads.empty()) out += "\n" + heads;
  for (const VariantPair& pair : comparison.pairs) {
    out += "\n" + pair_fields(comparison, pair, view);
  }
  if (view.quiet) return out;
  std::string legend;
  if (counts) legend = "Heights of the histograms: the square root of the count. ";
  legend +=
      "Same sign: of the heads whose values are both not exactly 0. Equal spread: the test of "
      "Pitman and Morgan, for paired values; it takes the heads as independent and normal, and "
      "calls too much significant where a few stand far out.";
  return out + "\n" + paragraph(legend, view, Ink::dim);
}

}  // namespace tacet::cli
