#include "cli/comparison_table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/bars.h"
#include "cli/width.h"
#include "support/utf8.h"

namespace tacet::cli {
namespace {

constexpr std::size_t kWidestName = 20;

std::string shown(const std::string& name) {
  return truncate(support::escape_for_display(name), kWidestName);
}

std::string signed_text(double value) {
  return value == 0 ? "0" : fmt::format("{:+.3g}", value);
}

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

std::string trimmed(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

/// The axis below the histograms, with its ends and 0.
std::string histogram_axis(const Comparison& comparison, const HistogramScale& scale) {
  const std::size_t columns = (comparison.edges.size() - 1) * scale.cell;
  const std::size_t left = columns / 2;
  std::string out(scale.label + 3, ' ');
  out += "└";
  for (std::size_t i = 0; i < columns; ++i) out += i == left ? "┴" : "─";
  out += "\n";
  const std::string low = signed_text(comparison.edges.front());
  const std::string high = signed_text(comparison.edges.back());
  std::string labels(scale.label + 4, ' ');
  labels += pad_right(low, left) + "0" + pad_left(high, columns - left - 1);
  return out + labels + "\n";
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
    Column column{shown(one.name),
                  {signed_text(one.mean), format_number(one.sd, 3), signed_text(one.median),
                   signed_text(one.q25), signed_text(one.q75), signed_text(one.min),
                   signed_text(one.max), format_number(one.median_abs, 3)}};
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
  for (const VariantSummary& one : comparison.variants) columns.push_back({shown(one.name), {}});
  columns.push_back({"apart", {}});
  for (const ComparedHead* const head : heads) {
    rows.push_back(truncate(head->spec, kWidestName));
    for (std::size_t k = 0; k < head->values.size(); ++k) {
      columns[k].cells.push_back(signed_text(head->values[k]));
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
  const std::string a = shown(comparison.variants[pair.a].name);
  const std::string b = shown(comparison.variants[pair.b].name);
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

/// Columns that a line takes, escapes of colours left out.
std::size_t visible_width(std::string_view line) {
  std::string plain;
  while (!line.empty()) {
    const std::size_t escape = line.find("\x1b[");
    plain += line.substr(0, escape);
    if (escape == std::string_view::npos) break;
    line.remove_prefix(escape);
    line.remove_prefix(std::min(line.find('m'), line.size() - 1) + 1);
  }
  return display_width(plain);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

}  // namespace

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
    out += "  " + view.style.paint(Ink::title, shown(one.name)) + "\n";
    for (std::size_t row = 0; row < kRows; ++row) {
      const std::string label = row == 0 ? fmt::format("{}", scale.most) : "";
      out += trimmed("  " + pad_left(label, scale.label) + (row == 0 ? " ┤" : " │") +
                     histogram_row(one.histogram, row, scale, view.style)) +
             "\n";
    }
    out += histogram_axis(comparison, scale);
  }
  return out;
}

std::string render_comparison(const Comparison& comparison, std::size_t top, const View& view) {
  constexpr std::size_t kFewestToCount = 9;  // of fewer the numbers themselves say more
  std::string out;
  if (comparison.heads.size() >= kFewestToCount) out = render_histograms(comparison, view);
  if (!out.empty()) out += "\n";
  out += variants_table(comparison, view);
  const std::string heads = heads_table(comparison, top, view);
  if (!heads.empty()) out += "\n" + heads;
  for (const VariantPair& pair : comparison.pairs) {
    out += "\n" + pair_fields(comparison, pair, view);
  }
  if (view.quiet) return out;
  return out + "\n" +
         paragraph(
             "Heights of the histograms: the square root of the count. Same sign: of the heads "
             "whose values are both not exactly 0. Equal spread: the test "
             "of "
             "Pitman and Morgan, for paired values; it takes the heads as independent and normal, "
             "and calls too much significant where a few stand far out.",
             view, Ink::dim);
}

std::string beside(const std::string& left, const std::string& right, std::size_t at) {
  const std::vector<std::string> first = lines_of(left);
  const std::vector<std::string> second = lines_of(right);
  std::string out;
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    std::string line = i < first.size() ? first[i] : "";
    if (i < second.size() && !second[i].empty()) {
      const std::size_t taken = visible_width(line);
      line.append(taken < at ? at - taken : 1, ' ').append(second[i]);
    }
    out += line + "\n";
  }
  return out;
}

}  // namespace tacet::cli
