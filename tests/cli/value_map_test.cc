#include "cli/value_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/bars.h"
#include "cli/width.h"

namespace tacet::cli {
namespace value_map_test {

using ::testing::HasSubstr;
using ::testing::Not;

View view_of_width(std::size_t width) {
  View view;
  view.width = width;
  return view;
}

ValueMap filled(std::vector<std::pair<Head, std::optional<double>>> heads) {
  ValueMap map = head_map(heads);
  map.title = "numbers";
  map.format = format_delta;
  map.meaning = "What they mean.";
  return map;
}

TEST(ValueMap, SignsShadesNothingAndWhatIsNotThere) {
  const ValueMap map = filled({{{0, 0}, 1.0},
                               {{0, 1}, -0.6},
                               {{0, 2}, 0.01},
                               {{3, 0}, 0.0},
                               {{3, 2}, std::nullopt},
                               {{3, 3}, 0.3}});
  EXPECT_EQ(render_value_map(map, view_of_width(80)),
            "  numbers\n\n"
            "  block  hs   0  1  2  3\n"
            "  L0      1  +█ -▓  ·\n"
            "  L3      4   =       +▒\n"
            "\n"
            "  -1.00000 -█ -▓ -▒ -░  ·  +░ +▒ +▓ +█ +1.00000\n"
            "  What they mean.\n");
}

TEST(ValueMap, SeveralHaveOneScale) {
  ValueMap map = filled({{{0, 0}, 1.0}, {{0, 1}, -0.3}});
  EXPECT_THAT(render_value_map(map, view_of_width(80)), HasSubstr("+█ -▒"));
  map.scale_with = {-4.0, 0.0, 2.0, 1.0};
  const std::string text = render_value_map(map, view_of_width(80));
  EXPECT_THAT(text, HasSubstr("+▒ -░"));
  EXPECT_THAT(text, HasSubstr(value_map_scale(map, view_of_width(80))));
  EXPECT_THAT(value_map_scale(map, view_of_width(80)), HasSubstr("+4.00000\n  What they mean."));
}

TEST(ValueMap, TwoStandSideBySideWhereTheyFit) {
  std::vector<std::pair<Head, std::optional<double>>> heads;
  for (int i = 0; i < 16; ++i) heads.push_back({{0, i}, 1.0});
  EXPECT_EQ(half_width(filled(heads), view_of_width(100)), 50U);
  EXPECT_EQ(half_width(filled(heads), view_of_width(80)), 0U);
  ValueMap wordy = filled({{{0, 0}, 1.0}});
  EXPECT_EQ(half_width(wordy, view_of_width(80)), 40U);
  wordy.title = "a title that would run into the map that stands beside it";
  EXPECT_EQ(half_width(wordy, view_of_width(80)), 0U);
}

TEST(ValueMap, OnesThatStandFarOutDoNotHideTheRest) {
  std::vector<std::pair<Head, std::optional<double>>> heads;
  for (int i = 0; i < 100; ++i) heads.push_back({{i / 10, i % 10}, i == 7 ? 50.0 : 1.0});
  EXPECT_THAT(render_value_map(filled(heads), view_of_width(80)),
              HasSubstr("+1.00000 and beyond, to 50.00000"));
}

TEST(ValueMap, MoreColumnsThanFitGoIntoSeveralMaps) {
  std::vector<std::pair<Head, std::optional<double>>> heads;
  for (int i = 0; i < 40; ++i) heads.push_back({{0, i}, 1.0});
  const std::string text = render_value_map(filled(heads), view_of_width(60));
  std::size_t begin = 0;
  int panels = 0;
  while (begin < text.size()) {
    const std::string line = text.substr(begin, text.find('\n', begin) - begin);
    EXPECT_LE(display_width(line), 60U) << line;
    if (line.starts_with("  L0")) ++panels;
    begin += line.size() + 1;
  }
  EXPECT_EQ(panels, 2);
}

TEST(ValueMap, AllZeroHasNoScaleAndQuietNoLegend) {
  const std::string zeros = render_value_map(filled({{{0, 0}, 0.0}}), view_of_width(80));
  EXPECT_THAT(zeros, HasSubstr("L0      1   =\n"));
  EXPECT_THAT(zeros, Not(HasSubstr("█")));
  View quiet = view_of_width(80);
  quiet.quiet = true;
  EXPECT_THAT(render_value_map(filled({{{0, 0}, 1.0}}), quiet), Not(HasSubstr("What they mean")));
  EXPECT_EQ(render_value_map(filled({}), view_of_width(80)), "");
}

TEST(ValueMap, ColourFillsTheCells) {
  View view = view_of_width(80);
  view.style = Style(true);
  const std::string text = render_value_map(filled({{{0, 0}, -1.0}, {{0, 1}, 1.0}}), view);
  EXPECT_THAT(text, HasSubstr("\x1b["));
  EXPECT_THAT(text, Not(HasSubstr("-█")));
}

}  // namespace value_map_test
}  // namespace tacet::cli
