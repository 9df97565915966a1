#include "cli/bars.h"

#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "cli/style.h"
#include "cli/width.h"

namespace tacet::cli {
namespace bars_test {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(UnitBar, DrawsEighths) {
  EXPECT_EQ(unit_bar(0, 4), "    ");
  EXPECT_EQ(unit_bar(1, 4), "████");
  EXPECT_EQ(unit_bar(0.5, 4), "██  ");
  EXPECT_EQ(unit_bar(0.53125, 4), "██▏ ");
  EXPECT_EQ(unit_bar(0.96875, 4), "███▉");
  EXPECT_EQ(unit_bar(7, 4), "████");
  EXPECT_EQ(unit_bar(-0.3, 4), "░░  ");
  EXPECT_EQ(unit_bar(-1, 4), "░░░░");
}

TEST(SignedBar, GrowsFromTheAxis) {
  EXPECT_EQ(signed_bar(1, 1, 2, true), "  │██");
  EXPECT_EQ(signed_bar(-1, 1, 2, true), "██│  ");
  EXPECT_EQ(signed_bar(-0.75, 1, 2, true), "▐█│  ");
  EXPECT_EQ(signed_bar(0.25, 1, 2, true), "  │▌ ");
  EXPECT_EQ(signed_bar(0, 1, 2, true), "  │  ");
  EXPECT_EQ(signed_bar(0, 0, 2, true), "  │  ");
}

TEST(SignedBar, ShowsSmallValuesThatMatter) {
  EXPECT_EQ(signed_bar(1e-9, 1, 2, true), "  │▌ ");
  EXPECT_EQ(signed_bar(-1e-9, 1, 2, true), " ▐│  ");
  EXPECT_EQ(signed_bar(1e-9, 1, 2, false), "  │  ");
}

TEST(Bars, KeepTheirWidth) {
  for (double value = -1.5; value <= 1.5; value += 0.01) {
    EXPECT_EQ(display_width(unit_bar(value, 7)), 7U) << value;
    EXPECT_EQ(display_width(signed_bar(value, 1, 5, false)), 11U) << value;
  }
}

TEST(Numbers, AreShort) {
  EXPECT_EQ(format_mean(0.12345), "0.1235");
  EXPECT_EQ(format_mean(-0.5), "-0.5000");
  EXPECT_EQ(format_delta(0), "0");
  EXPECT_EQ(format_delta(0.012345), "+0.01235");
  EXPECT_EQ(format_delta(-0.0001), "-0.00010");
  EXPECT_EQ(format_delta(-1.234e-7), "-1.2e-07");
  EXPECT_EQ(format_t(std::nullopt), "-");
  EXPECT_EQ(format_t(-12.345), "-12.35");
  EXPECT_EQ(format_t(kInfinity), "inf");
  EXPECT_EQ(format_t(-kInfinity), "-inf");
  EXPECT_EQ(format_t(123456.0), "1.2e+05");
  EXPECT_EQ(format_p(std::nullopt), "-");
  EXPECT_EQ(format_p(1), "1");
  EXPECT_EQ(format_p(0), "0");
  EXPECT_EQ(format_p(0.04321), "0.0432");
  EXPECT_EQ(format_p(1.234e-300), "1.2e-300");
  EXPECT_EQ(format_length(0), "0.000");
  EXPECT_EQ(format_length(12.345), "12.35");
  EXPECT_EQ(format_length(123.45), "123.5");
  EXPECT_EQ(format_length(123456.7), "123457");
  EXPECT_EQ(format_length(1.25e7), "1.2e+07");
  EXPECT_EQ(format_number(std::nullopt, 3), "-");
  EXPECT_EQ(format_number(1234.56, 3), "1.23e+03");
  EXPECT_EQ(format_number(0.5, 3), "0.5");
}

TEST(Style, PaintsOnlyWhenItMay) {
  EXPECT_EQ(Style(false).paint(Ink::coupling, "x"), "x");
  EXPECT_EQ(Style(true).paint(Ink::plain, "x"), "x");
  EXPECT_EQ(Style(true).paint(Ink::coupling, "  x y "), "  \x1b[31mx y\x1b[0m ");
  EXPECT_EQ(Style(true).paint(Ink::coupling, "   "), "   ");
  EXPECT_EQ(Style(true).paint(Ink::coupling, ""), "");
}

}  // namespace bars_test
}  // namespace tacet::cli
