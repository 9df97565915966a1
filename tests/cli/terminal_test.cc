#include "cli/terminal.h"

#include <gtest/gtest.h>

#include "cli/run_settings.h"

namespace tacet::cli {
namespace terminal_test {

TEST(WantsColor, ObeysTheOptionFirst) {
  Terminal terminal;
  terminal.out_is_terminal = true;
  EXPECT_TRUE(terminal.wants_color(ColorMode::automatic, false));
  EXPECT_FALSE(terminal.wants_color(ColorMode::automatic, true));
  EXPECT_TRUE(terminal.wants_color(ColorMode::always, true));
  EXPECT_FALSE(terminal.wants_color(ColorMode::never, false));
  terminal.color_unwanted = true;
  EXPECT_FALSE(terminal.wants_color(ColorMode::automatic, false));
  EXPECT_TRUE(terminal.wants_color(ColorMode::always, false));
  terminal = {};
  EXPECT_FALSE(terminal.wants_color(ColorMode::automatic, false));
}

TEST(ViewFor, StaysBetween80And100Columns) {
  Terminal terminal;
  OutputOptions output;
  EXPECT_EQ(view_for(output, terminal).width, 100U);
  terminal.width = 40;
  EXPECT_EQ(view_for(output, terminal).width, 80U);
  terminal.width = 90;
  EXPECT_EQ(view_for(output, terminal).width, 90U);
  terminal.width = 300;
  EXPECT_EQ(view_for(output, terminal).width, 100U);
  terminal.width = 80;
  output.out = "file";
  EXPECT_EQ(view_for(output, terminal).width, 100U);
}

TEST(UsableThreads, AreAtMostTheCores) {
  EXPECT_EQ(usable_threads(0, true), 0);
  EXPECT_EQ(usable_threads(1, true), 1);
  const int cores = usable_threads(1'000'000, true);
  EXPECT_GE(cores, 1);
  EXPECT_LT(cores, 1'000'000);
}

}  // namespace terminal_test
}  // namespace tacet::cli
