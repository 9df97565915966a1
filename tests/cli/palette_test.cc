#include "cli/palette.h"

#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "cli/style.h"

namespace tacet::cli {
namespace palette_test {

/// How light a colour looks, 0 to 255.
double luma(const Color& color) {
  return 0.2126 * color.red + 0.7152 * color.green + 0.0722 * color.blue;
}

TEST(DivergingColor, RunsFromBlueOverWhiteToRed) {
  EXPECT_EQ(diverging_color(-1), (Color{5, 48, 97, 17}));
  EXPECT_EQ(diverging_color(0), (Color{247, 247, 247, 255}));
  EXPECT_EQ(diverging_color(1), (Color{103, 0, 31, 52}));
  EXPECT_GT(diverging_color(-0.6).blue, diverging_color(-0.6).red);
  EXPECT_GT(diverging_color(0.6).red, diverging_color(0.6).blue);
}

TEST(DivergingColor, GrowsDarkerToBothEnds) {
  for (double value = 0; value < 0.99; value += 0.01) {
    EXPECT_GE(luma(diverging_color(value)), luma(diverging_color(value + 0.01))) << value;
    EXPECT_GE(luma(diverging_color(-value)), luma(diverging_color(-value - 0.01))) << value;
  }
}

TEST(Colors, AreClippedAtTheirEnds) {
  EXPECT_EQ(diverging_color(-7), diverging_color(-1));
  EXPECT_EQ(diverging_color(INFINITY), diverging_color(1));
  EXPECT_EQ(sequential_color(-1), sequential_color(0));
  EXPECT_EQ(sequential_color(2), (Color{63, 0, 125, 54}));
}

TEST(SequentialColor, GrowsDarker) {
  for (double value = 0; value < 0.99; value += 0.01) {
    EXPECT_GE(luma(sequential_color(value)), luma(sequential_color(value + 0.01))) << value;
  }
}

TEST(Style, FillsSpacesTooAndWritesWhatStandsOut) {
  EXPECT_EQ(Style(false).fill(diverging_color(1), " x "), " x ");
  EXPECT_EQ(Style(true).fill(diverging_color(1), ""), "");
  // White on dark, black on light, by number or mixed.
  EXPECT_EQ(Style(true).fill(diverging_color(1), " x "), "\x1b[38;5;231;48;5;52m x \x1b[0m");
  EXPECT_EQ(Style(true).fill(diverging_color(0), " x "), "\x1b[38;5;16;48;5;255m x \x1b[0m");
  EXPECT_EQ(Style(true, true).fill(diverging_color(0), " "),
            "\x1b[38;5;16;48;2;247;247;247m \x1b[0m");
}

TEST(Style, WritesBlackOnMiddleBlue) {
  // Contrast 6.6 with black, 3.2 with white.
  const Color blue{67, 147, 195, 68};
  EXPECT_EQ(Style(true).fill(blue, "x"), "\x1b[38;5;16;48;5;68mx\x1b[0m");
}

}  // namespace palette_test
}  // namespace tacet::cli
