#include "cli/progress_line.h"

#include <string>

#include <gtest/gtest.h>

namespace tacet::cli {
namespace progress_line_test {

TEST(FormatLeft, SecondsMinutesAndHours) {
  EXPECT_EQ(format_left(0.2), "1 s left");
  EXPECT_EQ(format_left(59), "59 s left");
  EXPECT_EQ(format_left(59.5), "1 min 00 s left");
  EXPECT_EQ(format_left(185), "3 min 05 s left");
  EXPECT_EQ(format_left(3600), "1 h 00 min left");
  EXPECT_EQ(format_left(3 * 3600 + 25 * 60), "3 h 25 min left");
}

/// A line whose time goes on by hand, and what it has written.
struct Drawn {
  double now = 100;
  std::string written;
  ProgressLine line{true, [this] { return now; },
                    [this](std::string_view text) { written += text; }};

  void draw_at(double seconds) {
    now = 100 + seconds;
    line.draw([](double elapsed) { return std::to_string(static_cast<int>(elapsed)); });
  }
};

TEST(ProgressLine, IsQuietForTwoSecondsAndThenDrawsTenTimesASecondAtMost) {
  Drawn drawn;
  drawn.draw_at(1.9);
  EXPECT_EQ(drawn.written, "");
  drawn.draw_at(2);
  EXPECT_EQ(drawn.written, "\r2\x1b[K");
  drawn.draw_at(2.05);
  EXPECT_EQ(drawn.written, "\r2\x1b[K");
  drawn.draw_at(3);
  EXPECT_EQ(drawn.written, "\r2\x1b[K\r3\x1b[K");
}

TEST(ProgressLine, WipesItselfAwayOnce) {
  Drawn drawn;
  drawn.line.clear();
  EXPECT_EQ(drawn.written, "");
  drawn.draw_at(5);
  drawn.written.clear();
  drawn.line.clear();
  drawn.line.clear();
  EXPECT_EQ(drawn.written, "\r\x1b[K");
}

TEST(ProgressLine, ShowsNothingWhereItIsNotEnabled) {
  std::string written;
  double now = 0;
  ProgressLine line(
      false, [&] { return now; }, [&](std::string_view text) { written += text; });
  now = 10;
  line.draw([](double) { return std::string("x"); });
  line.clear();
  EXPECT_EQ(written, "");
}

}  // namespace progress_line_test
}  // namespace tacet::cli
