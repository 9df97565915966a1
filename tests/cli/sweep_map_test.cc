#include "cli/sweep_map.h"

#include <algorithm>
#include <limits>
#include <regex>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/made_sweep.h"
#include "cli/width.h"

namespace tacet::cli {
namespace sweep_map_test {

using ::testing::HasSubstr;
using testing::made_head;
using testing::made_summary;
using ::testing::Not;

View view(std::size_t width, bool color = false, bool quiet = false) {
  View made;
  made.width = width;
  made.quiet = quiet;
  made.style = Style(color);
  return made;
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    out.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

std::string without_escapes(const std::string& text) {
  return std::regex_replace(text, std::regex("\x1b\\[[0-9;]*m"), "");
}

/// The lines of the blocks: from "L0" on, as many as there are.
std::vector<std::string> block_rows(const std::string& map) {
  std::vector<std::string> rows;
  for (const std::string& line : lines(without_escapes(map))) {
    if (line.starts_with("  L")) rows.push_back(line);
  }
  return rows;
}

SweepSummary summary_of(std::vector<HeadSummary> heads, int n_layer, int n_head) {
  SweepSummary summary;
  summary.n_layer = n_layer;
  summary.n_head = n_head;
  summary.heads = std::move(heads);
  return summary;
}

/// Every shade of both signs, what is next to nothing, and what is significant though small.
SweepSummary shades() {
  return summary_of(
      {made_head(0, 0, -0.004, 0, Role::connector), made_head(0, 1, -0.0021, 0, Role::none),
       made_head(0, 2, -0.0011, 0, Role::none), made_head(0, 3, -0.0003, 0, Role::none),
       made_head(1, 0, 0.004, 0, Role::separator), made_head(1, 1, 0.003, 0, Role::none),
       made_head(1, 2, 0.0001, 0, Role::none), made_head(1, 3, 0.0001, 0, Role::separator)},
      2, 4);
}

TEST(RenderMap, SeveralMapsHaveOneScale) {
  const SweepSummary weak = summary_of(
      {made_head(0, 0, -0.001, 0, Role::none), made_head(0, 1, 0.004, 0, Role::none)}, 1, 2);
  const SweepSummary strong = summary_of(
      {made_head(0, 0, -0.016, 0, Role::none), made_head(0, 1, 0.016, 0, Role::none)}, 1, 2);
  const std::vector<SweepSummary> both = {weak, strong};
  EXPECT_EQ(block_rows(render_map(weak, Metric::late, view(100)))[0], "  L0     1  -▒ +█");
  const std::string map = render_map(weak, Metric::late, view(100), "mean", both);
  EXPECT_EQ(block_rows(map)[0], "  L0     1  -░ +▒");
  EXPECT_EQ(lines(map)[0], "  mean: mean Δ over the late blocks, by block and head");
  EXPECT_THAT(map, HasSubstr("+0.01600"));
}

TEST(RenderMap, WithoutColourSignAndShadeSayIt) {
  EXPECT_EQ(render_map(shades(), Metric::late, view(100)),
            "  mean Δ over the late blocks, by block and head\n"
            "\n"
            "  block hs   0  1  2  3\n"
            "  L0     1  ▼█ -▓ -▒ -░  ▼ 1\n"
            "  L1     2  ▲█ +█  · ▲░      ▲ 2\n"
            "\n"
            "  -0.00400 -█ -▓ -▒ -░  ·  +░ +▒ +▓ +█ +0.00400\n"
            "  - silencing makes tokens less alike, + more; ▼ ▲ in their place: significant. On "
            "the right: the\n"
            "  block's connectors ▼ and separators ▲.\n");
}

TEST(RenderMap, QuietHasNoLegend) {
  const std::string map = render_map(shades(), Metric::late, view(100, false, true));
  EXPECT_TRUE(map.ends_with("▲ 2\n")) << map;
}

TEST(RenderMap, WithColourTheCellsAreFilled) {
  const std::string map = render_map(shades(), Metric::late, view(100, true));
  // The strongest blue with a white dot, the strongest red without one, nearly white with a dot.
  EXPECT_THAT(map, HasSubstr("\x1b[38;5;231;48;5;17m • \x1b[0m"));
  EXPECT_THAT(map, HasSubstr("\x1b[38;5;231;48;5;124m   \x1b[0m"));
  EXPECT_THAT(map, HasSubstr("\x1b[38;5;16;48;5;255m • \x1b[0m"));
  EXPECT_THAT(map, HasSubstr("Blue: silencing makes tokens less alike"));
  EXPECT_THAT(block_rows(map)[0], "  L0     1   •           ▼ 1");
}

TEST(RenderMap, IsAlignedAndFitsEveryWidthWithAndWithoutColour) {
  struct Shape {
    int n_layer;
    int n_head;
  };
  for (const Shape& shape : std::vector<Shape>{{48, 25}, {24, 16}, {36, 20}, {12, 12}, {2, 2}}) {
    for (const std::size_t width : {80U, 90U, 100U}) {
      for (const bool color : {false, true}) {
        for (const Metric metric : {Metric::late, Metric::t, Metric::onset}) {
          const std::string map =
              render_map(made_summary(shape.n_layer, shape.n_head), metric, view(width, color));
          for (const std::string& line : lines(without_escapes(map))) {
            EXPECT_LE(display_width(line), width) << line;
          }
          const std::vector<std::string> rows = block_rows(map);
          ASSERT_EQ(rows.size(), static_cast<std::size_t>(shape.n_layer));
          const std::size_t cells =
              static_cast<std::size_t>(shape.n_head) * (shape.n_head == 25 && width < 100 ? 2 : 3);
          for (std::size_t i = 0; i < rows.size(); ++i) {
            // The counts stand under one another, right behind the cells.
            const auto mark = std::min(rows[i].rfind("▼ "), rows[i].rfind("▲ "));
            if (mark == std::string::npos) continue;
            const std::size_t at = display_width(rows[i].substr(0, mark));
            const std::size_t first = 12 + cells + 1;
            EXPECT_TRUE(at == first || at == first + 4) << rows[i];
          }
        }
      }
    }
  }
}

TEST(RenderMap, ColumnLabelsNeverTouch) {
  const std::string map = render_map(made_summary(48, 25), Metric::late, view(80));
  EXPECT_THAT(map, HasSubstr("\n  block hs   0   2   4   6   8  10  12  14  16  18  20  22  24\n"));
  EXPECT_THAT(render_map(made_summary(48, 25), Metric::late, view(100)),
              HasSubstr("  9 10 11 12 13"));
}

TEST(RenderMap, TooManyHeadsForOneLineAreCutIntoPanels) {
  const std::string map = render_map(made_summary(3, 128), Metric::late, view(80));
  EXPECT_EQ(block_rows(map).size(), 3U * 5U);
  for (const std::string& line : lines(map)) EXPECT_LE(display_width(line), 80U) << line;
  for (const char* const label : {" 28", "126"}) EXPECT_THAT(map, HasSubstr(label));
}

TEST(RenderMap, HasRowsAndColumnsForWhatIsThereAlone) {
  const SweepSummary summary =
      summary_of({made_head(3, 5, 0.001, 0, Role::none), made_head(7, 5, -0.001, 0, Role::none),
                  made_head(7, 11, -0.001, 0, Role::connector)},
                 24, 16);
  const std::string map = render_map(summary, Metric::late, view(100, false, true));
  EXPECT_THAT(map, HasSubstr("  block hs   5 11\n"
                             "  L3     4  +█\n"
                             "  L7     8  -█ ▼█  ▼ 1\n"));
}

TEST(RenderMap, LeavesOutJointHeads) {
  HeadSummary joint = made_head(1, 1, 0.9, 0, Role::separator);
  joint.heads.push_back({2, 2});
  const SweepSummary summary = summary_of({made_head(0, 0, 0.001, 0, Role::none), joint}, 4, 4);
  const std::string map = render_map(summary, Metric::late, view(100));
  EXPECT_EQ(block_rows(map).size(), 1U);
  EXPECT_THAT(map, HasSubstr("+0.00100\n"));  // and its number makes no colour
  EXPECT_EQ(render_map(summary_of({joint}, 4, 4), Metric::late, view(100)), "");
}

TEST(RenderMap, FewThatStandFarOutDoNotTakeTheColour) {
  SweepSummary summary = made_summary(10, 10);
  summary.heads[0] = made_head(0, 0, 1.0, 0, Role::separator);
  const std::string map = render_map(summary, Metric::late, view(100));
  EXPECT_THAT(map,
              HasSubstr("-0.00400 -█ -▓ -▒ -░  ·  +░ +▒ +▓ +█ +0.00400 and beyond, to 1.00000"));
  EXPECT_THAT(block_rows(map)[0], HasSubstr("L0     1  ▲█ +▒ -█"));
}

TEST(RenderMap, ValuesThatDoNotExistOrAreInfinite) {
  SweepSummary summary =
      summary_of({made_head(0, 0, 0.002, 0, Role::separator), made_head(0, 1, 0, 0, Role::none),
                  made_head(0, 2, -0.001, 0, Role::none)},
                 1, 3);
  summary.heads[0].t = std::numeric_limits<double>::infinity();
  const std::string map = render_map(summary, Metric::t, view(100));
  EXPECT_THAT(map, HasSubstr("  L0     1  ▲█  = -█"));
  EXPECT_THAT(map, HasSubstr("-1.00 -█ -▓ -▒ -░  ·  +░ +▒ +▓ +█ +1.00 and beyond\n"));
  EXPECT_THAT(map, HasSubstr("=: exactly\n  unchanged."));
}

TEST(RenderMap, NothingHasChangedAnywhere) {
  const std::string map = render_map(
      summary_of({made_head(0, 0, 0, 0, Role::none), made_head(0, 1, 0, 0, Role::none)}, 1, 2),
      Metric::late, view(100));
  EXPECT_THAT(map, HasSubstr("  L0     1   ·  ·\n"));
}

TEST(RenderMap, EachMetricHasItsOwnMark) {
  HeadSummary head = made_head(0, 0, 0.002, -0.001, Role::separator);
  head.immediate_effect = false;
  head.extreme_effect = false;
  const auto row = [&](Metric metric) {
    return block_rows(render_map(summary_of({head}, 1, 1), metric, view(100)))[0];
  };
  EXPECT_THAT(row(Metric::late), HasSubstr(" 1  ▲█ "));
  EXPECT_THAT(row(Metric::immediate), HasSubstr(" 1  -█ "));
  EXPECT_THAT(row(Metric::extreme), HasSubstr(" 1  +█ "));
  EXPECT_THAT(row(Metric::cohen_dz), HasSubstr(" 1  +█ "));
  head.immediate_effect = head.extreme_effect = true;
  EXPECT_THAT(row(Metric::immediate), HasSubstr(" 1  ▼█ "));
  EXPECT_THAT(row(Metric::t), HasSubstr(" 1  ▲█ "));
}

TEST(RenderMap, OnsetsAreNumbers) {
  SweepSummary summary =
      summary_of({made_head(2, 0, 0.002, 0, Role::separator), made_head(2, 1, 0.002, 0, Role::none),
                  made_head(12, 0, 0.002, 0, Role::separator)},
                 24, 2);
  summary.heads[2].onset = 12.4;  // a mean over prompts
  const std::string map = render_map(summary, Metric::onset, view(100));
  EXPECT_THAT(map, HasSubstr("first significant block"));
  EXPECT_THAT(map, HasSubstr("  L2     3   4  ·      ▲ 1\n"));
  EXPECT_THAT(map, HasSubstr("  L12   13  12         ▲ 1\n"));
  EXPECT_THAT(map, HasSubstr("· none"));
  const std::string colored = render_map(summary, Metric::onset, view(100, true));
  EXPECT_THAT(colored, HasSubstr("2 blocks above the head's own"));
  // Cells too narrow for numbers say how far above its own block the onset lies.
  SweepSummary many = made_summary(48, 25);
  const std::string narrow = render_map(many, Metric::onset, view(80));
  EXPECT_THAT(narrow, HasSubstr("0 ░ ▒ ▓ █ "));
  EXPECT_THAT(block_rows(narrow)[0], Not(HasSubstr("4")));
}

}  // namespace sweep_map_test
}  // namespace tacet::cli
