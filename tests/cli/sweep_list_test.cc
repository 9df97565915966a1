#include "cli/sweep_list.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/made_sweep.h"
#include "cli/width.h"

namespace tacet::cli {
namespace sweep_list_test {

using ::testing::HasSubstr;
using testing::made_head;
using testing::made_summary;
using testing::made_sweep;
using testing::made_sweeps;
using ::testing::Not;

View view(std::size_t width = 100) {
  View made;
  made.width = width;
  return made;
}

std::size_t widest(const std::string& text) {
  std::size_t width = 0;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = text.find('\n', begin);
    width = std::max(width, display_width(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return width;
}

TEST(RenderList, OneLineAHead) {
  const SweepSummary summary = made_sweep().summary;
  EXPECT_EQ(render_list(summary, ListKind::connectors, 10, view()),
            "  Connectors, all 1 (silencing makes tokens less alike)\n"
            "\n"
            "    head      late Δ own block  farthest     in       t    d_z  onset   p adj.\n"
            "  ▼ L1H0    -0.05000  -2.0e-05  -0.10000   L4/5    -inf  -5.00   L4/5  1.0e-06\n");
  EXPECT_THAT(render_list(summary, ListKind::separators, 10, view()), HasSubstr("  ▲ L1H3 "));
  EXPECT_THAT(
      render_list(summary, ListKind::all, 10, view()),
      HasSubstr(
          "  · L3H0           0         0         0   L4/5       -      -      -        -\n"));
}

TEST(RenderList, TheStrongestComeFirst) {
  const SweepSummary summary = made_summary(6, 6);
  const std::string list = render_list(summary, ListKind::connectors, 3, view());
  EXPECT_THAT(list, HasSubstr("Connectors, the 3 strongest of "));
  EXPECT_THAT(list, Not(HasSubstr("-0.00100")));
  EXPECT_THAT(list, Not(HasSubstr("▲")));
  EXPECT_EQ(std::count(list.begin(), list.end(), '\n'), 3 + 3);
}

TEST(RenderList, NothingOfTheKind) {
  SweepSummary summary = made_sweep().summary;
  summary.heads = {made_head(0, 0, 0.1, 0, Role::none)};
  EXPECT_EQ(render_list(summary, ListKind::connectors, 10, view()), "");
  EXPECT_EQ(render_list(summary, ListKind::separators, 10, view()), "");
  EXPECT_EQ(render_list(made_sweep().summary, ListKind::all, 0, view()), "");
}

TEST(RenderList, SeveralPromptsSayInHowMany) {
  const SweepSummary summary = made_sweeps(12).summary;
  const std::string list = render_list(summary, ListKind::connectors, 10, view());
  EXPECT_THAT(list, HasSubstr("   p adj. prompts\n"));
  EXPECT_THAT(list, HasSubstr("  1.0e-06   12/12\n"));
  // At 80 columns d_z makes room.
  const std::string narrow = render_list(summary, ListKind::connectors, 10, view(80));
  EXPECT_THAT(narrow, HasSubstr("   12/12\n"));
  EXPECT_THAT(narrow, Not(HasSubstr("d_z")));
  EXPECT_LE(widest(narrow), 80U);
}

TEST(RenderList, MeansOfOnsetsKeepTheirFraction) {
  SweepSummary summary = made_sweep().summary;
  summary.heads[0].onset = 3.25;
  EXPECT_THAT(render_list(summary, ListKind::connectors, 10, view()), HasSubstr("   3.2  1.0e-06"));
}

TEST(RenderList, LongSpecsAreCut) {
  SweepSummary summary = made_sweep().summary;
  summary.heads[0].spec = "L10H10+L11H11+L12H12+L13H13+L14H14+L15H15";
  for (const std::size_t width : {80U, 100U}) {
    const std::string list = render_list(summary, ListKind::all, 10, view(width));
    EXPECT_LE(widest(list), width);
    EXPECT_THAT(list, HasSubstr("…"));
  }
  summary.heads[0].spec = "L3H5+L4H2";
  EXPECT_THAT(render_list(summary, ListKind::all, 10, view(100)), HasSubstr("▼ L3H5+L4H2 "));
}

}  // namespace sweep_list_test
}  // namespace tacet::cli
