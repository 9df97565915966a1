#include "cli/comparison_table.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/histogram.h"
#include "cli/side_by_side.h"
#include "cli/width.h"

namespace tacet::cli {
namespace comparison_table_test {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

View view_of_width(std::size_t width, bool color = false) {
  View view;
  view.width = width;
  view.style = Style(color);
  return view;
}

Comparison made(const std::vector<std::vector<double>>& values, FlagKind kind = FlagKind::effects) {
  std::vector<ComparedHead> heads;
  for (std::size_t i = 0; i < values.front().size(); ++i) {
    const Head head{static_cast<int>(i), 0};
    heads.push_back({.spec = to_string(head), .heads = {head}, .values = {}});
  }
  std::vector<VariantValues> variants;
  for (const std::vector<double>& one : values) {
    const Flag flag = kind == FlagKind::top1 ? Flag::top1_changed : Flag::coupling;
    variants.push_back(
        {"way " + std::to_string(variants.size()), one, std::vector<Flag>(one.size(), Flag::none)});
    variants.back().flags.front() = flag;
  }
  return compare(heads, variants, kind, "what", "value", "mode");
}

std::size_t widest(const std::string& text) {
  std::istringstream lines(text);
  std::size_t width = 0;
  for (std::string line; std::getline(lines, line);) width = std::max(width, display_width(line));
  return width;
}

TEST(ComparisonTable, Histograms) {
  const std::string text =
      render_histograms(made({{-9, 0, 0, 0, 0}, {0, 0, 0, 0, 9}}), view_of_width(80));
  EXPECT_EQ(text,
            "  How many heads have which what\n\n"
            "  way 0\n"
            "  4 ┤                              █\n"
            "    │                              █\n"
            "    │▄                             █\n"
            "    │█                             █\n"
            "    │█                             █\n"
            "    └──────────────────────────────┴──────────────────────────────\n"
            "     -9                            0                            +9\n"
            "  way 1\n"
            "  4 ┤                              █\n"
            "    │                              █\n"
            "    │                              █                             ▄\n"
            "    │                              █                             █\n"
            "    │                              █                             █\n"
            "    └──────────────────────────────┴──────────────────────────────\n"
            "     -9                            0                            +9\n");
  EXPECT_EQ(render_histograms(made({{0, 0}, {0, 0}}), view_of_width(80)), "");
  EXPECT_THAT(render_histograms(made({{-9, 0, 0}, {0, 0, 9}}), view_of_width(80, true)),
              HasSubstr("\x1b[34m"));
}

TEST(ComparisonTable, SaysHowFarTwoGoTogether) {
  const std::string text =
      render_comparison(made({{1, 2, 3, 4}, {2, 4, 6, -8}}), 2, view_of_width(100));
  EXPECT_THAT(text, HasSubstr("The 2 on which they differ most (all with --verbose):"));
  EXPECT_THAT(text, HasSubstr("\n  L3H0         +4         -8         12\n  L2H0 "));
  EXPECT_THAT(text, Not(HasSubstr("L0H0")));
  EXPECT_THAT(text, HasSubstr("Pearson -0.581, Spearman -0.200, over 4 heads"));
  EXPECT_THAT(text, HasSubstr("75.0 % of the heads"));
  EXPECT_THAT(text, HasSubstr("equal spread: t(2) = "));
  EXPECT_THAT(text, HasSubstr("in both: 1; in way 0 alone: 0; in way 1 alone: 0"));
  EXPECT_THAT(text, HasSubstr("significant coupling       1 of 4     1 of 4"));
  View verbose = view_of_width(100);
  verbose.verbose = true;
  EXPECT_THAT(render_comparison(made({{1, 2, 3}, {2, 4, -6}}), 1, verbose), HasSubstr("L0H0"));
  View quiet = view_of_width(100);
  quiet.quiet = true;
  EXPECT_THAT(text, HasSubstr("Pitman"));
  EXPECT_THAT(render_comparison(made({{1, 2, 3}, {2, 4, -6}}), 1, quiet), Not(HasSubstr("Pitman")));
}

TEST(ComparisonTable, WhatDoesNotExistIsADash) {
  const std::string text =
      render_comparison(made({{0, 0}, {1, 2}}, FlagKind::top1), 5, view_of_width(80));
  EXPECT_THAT(text, HasSubstr("Pearson -, Spearman -, over 2 heads"));
  EXPECT_THAT(text, HasSubstr("no head has a value other than 0 in both"));
  EXPECT_THAT(text, HasSubstr("way 0 does not vary from head to head"));
  EXPECT_THAT(text, HasSubstr("another top token     1 of 2     1 of 2"));
  EXPECT_THAT(text, HasSubstr("another one in both: 1"));
  const std::string one = render_comparison(made({{1}, {-2}}), 5, view_of_width(80));
  EXPECT_THAT(one, HasSubstr("over 1 head\n"));
  EXPECT_THAT(one, HasSubstr("of one head there is none"));
}

TEST(ComparisonTable, FewHeadsHaveNoHistogram) {
  EXPECT_THAT(render_comparison(made({{1, 2, 3}, {2, 4, -6}}), 5, view_of_width(80)),
              Not(HasSubstr("How many heads")));
  EXPECT_THAT(render_comparison(made({{1, 2, 3, 4, 5, 6, 7, 8, 9}, {9, 8, 7, 6, 5, 4, 3, 2, 1}}), 5,
                                view_of_width(80)),
              StartsWith("  How many heads"));
}

TEST(ComparisonTable, FitsItsWidth) {
  std::vector<std::vector<double>> many;
  for (int k = 0; k < 9; ++k) {
    many.push_back({0.001 * k, -0.5, 1e-7 * k, 0, 1, -2, 3, -4, 5, -1.0 / 3});
  }
  for (const std::size_t width : {80U, 100U}) {
    EXPECT_LE(widest(render_comparison(made(many), 10, view_of_width(width))), width);
  }
}

TEST(ComparisonTable, SideBySide) {
  EXPECT_EQ(beside("ab\nc\n", "1\n2\n3\n", 4), "ab  1\nc   2\n    3\n");
  EXPECT_EQ(beside("\x1b[34mab\x1b[0m\n", "1\n", 4), "\x1b[34mab\x1b[0m  1\n");
}

}  // namespace comparison_table_test
}  // namespace tacet::cli
