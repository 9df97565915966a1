#include "cli/width.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tacet::cli {
namespace width_test {

TEST(DisplayWidth, CountsColumns) {
  EXPECT_EQ(display_width(""), 0U);
  EXPECT_EQ(display_width("pizza"), 5U);
  EXPECT_EQ(display_width("␣►┃█░"), 5U);
  EXPECT_EQ(display_width("日本語"), 6U);
  EXPECT_EQ(display_width("한글"), 4U);
  EXPECT_EQ(display_width("🍕"), 2U);
  EXPECT_EQ(display_width("e\u0301"), 1U);       // an accent that combines
  EXPECT_EQ(display_width("a\u200Db"), 2U);      // a joiner
  EXPECT_EQ(display_width("\u0300\u0301"), 0U);  // marks alone
  EXPECT_EQ(display_width("a\xFF"), 2U);         // a stray byte counts as one
}

TEST(Pad, FillsToColumnsNotBytes) {
  EXPECT_EQ(pad_right("日", 4), "日  ");
  EXPECT_EQ(pad_left("é", 3), "  é");
  EXPECT_EQ(pad_right("long", 2), "long");
  EXPECT_EQ(pad_left("long", 2), "long");
}

TEST(Truncate, CutsWholeCharacters) {
  EXPECT_EQ(truncate("pizza", 5), "pizza");
  EXPECT_EQ(truncate("pizzas", 5), "pizz…");
  EXPECT_EQ(truncate("日本語", 5), "日本…");
  EXPECT_EQ(truncate("日本語", 4), "日…");
  EXPECT_EQ(truncate("pizza", 1), "…");
}

TEST(Wrap, BreaksAtSpaces) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(wrap("", 10), Lines{});
  EXPECT_EQ(wrap("   ", 10), Lines{});
  EXPECT_EQ(wrap("one two  three", 7), (Lines{"one two", "three"}));
  EXPECT_EQ(wrap("extraordinary a", 5), (Lines{"extraordinary", "a"}));
  EXPECT_EQ(wrap("Δ Δ Δ", 3), (Lines{"Δ Δ", "Δ"}));
}

}  // namespace width_test
}  // namespace tacet::cli
