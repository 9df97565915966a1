#include "cli/control_table.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/made_results.h"
#include "cli/silence_summary.h"
#include "cli/width.h"

namespace tacet::cli {
namespace control_table_test {

using ::testing::HasSubstr;
using testing::made_model;
using testing::made_silence;
using ::testing::Not;

ControlSpread spread(double low, double high) {
  return {.n = 99, .mean = 0.0, .low = low, .median = 0.0, .high = high};
}

OtherHead other(int head, double late, double growth) {
  OtherHead made;
  made.head = {3, head};
  made.scale = 2;
  made.effect.late_delta = late;
  made.effect.growth = growth;
  return made;
}

ControlResult made_control() {
  ControlResult control;
  control.n = 99;
  control.seed = 7;
  control.push_norm = 3;
  control.head.late_delta = -0.02;
  control.head.growth = 0.1;
  control.late_delta = spread(-0.015, 0.012);
  control.growth = spread(-0.05, 0.05);
  control.p_late_delta = 0.01;
  control.p_growth = 0.02;
  control.layers = {{3, -0.001, 0.0, spread(-0.002, 0.002), spread(0.0, 0.0)},
                    {4, -0.001, -0.019, spread(-0.002, 0.003), spread(-0.01, 0.011)}};
  control.other_heads = {other(0, 0.03, 0.0), other(2, -0.001, 0.2)};
  return control;
}

View view_of_width(std::size_t width) {
  View view;
  view.width = width;
  return view;
}

/// The text with every run of blanks and line breaks as one blank.
std::string unwrapped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const char blank = c == '\n' ? ' ' : c;
    if (blank != ' ' || out.empty() || out.back() != ' ') out += blank;
  }
  return out;
}

TEST(RenderControl, SaysHowOftenAnotherPushDoesAsMuch) {
  const std::string text = unwrapped(render_control(made_control(), view_of_width(100)));
  for (const char* part :
       {"99 rotated pushes of the same size (seed 7)",
        "late Δ 95 % in -0.01500 … +0.01200, this one -0.02000, p = 0.0100",
        "growth 95 % in x0.951 … x1.051 per block, this one x1.105, p = 0.0200",
        "the block's 2 other heads, scaled to the same size: late Δ -0.00100 … +0.03000, 1 as far "
        "from 0; growth x1.000 … x1.221, 1 as large"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_THAT(text, Not(HasSubstr("ripple")));
}

TEST(RenderControl, LeavesOutWhatDoesNotExist) {
  ControlResult control = made_control();
  control.head.growth.reset();
  control.p_growth.reset();
  control.other_heads.clear();
  const std::string text = unwrapped(render_control(control, view_of_width(100)));
  EXPECT_THAT(text, HasSubstr("; growth unknown"));
  EXPECT_THAT(text, Not(HasSubstr("other")));
  control.note = "changes nothing";
  EXPECT_EQ(unwrapped(render_control(control, view_of_width(100))),
            " control none: changes nothing ");
}

TEST(RenderControl, HasALineForEveryBlockWhenAskedForMore) {
  View view = view_of_width(100);
  view.verbose = true;
  const std::string text = unwrapped(render_control(made_control(), view));
  EXPECT_THAT(text, HasSubstr("block direct Δ controls, 95 % ripple Δ controls, 95 %"));
  EXPECT_THAT(text, HasSubstr("L4 -0.00100 -0.00200 … +0.00300 -0.01900 -0.01000 … +0.01100"));
}

TEST(RenderControl, KeepsToTheWidth) {
  for (const std::size_t width : {80U, 100U}) {
    View view = view_of_width(width);
    view.verbose = true;
    const std::string text = render_control(made_control(), view);
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = text.find('\n', begin);
      EXPECT_LE(display_width(text.substr(begin, end - begin)), width);
      begin = end + 1;
    }
  }
}

TEST(RenderSilence, ShowsTheControlWhereThereIsOne) {
  const ControlResult control = made_control();
  EXPECT_THAT(render_silence(made_silence(), made_model(), View(), &control),
              HasSubstr("rotated pushes"));
  EXPECT_THAT(render_silence(made_silence(), made_model(), View()), Not(HasSubstr("rotated")));
}

}  // namespace control_table_test
}  // namespace tacet::cli
