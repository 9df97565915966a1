#include "cli/progress.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace tacet::cli {
namespace progress_test {

TEST(ProgressLine, ShowsShareAndTimeLeft) {
  EXPECT_EQ(progress_line(0, 4, 3), "  " + std::string(30, ' ') + "   0 %");
  EXPECT_EQ(progress_line(2, 4, 3),
            "  ███████████████" + std::string(15, ' ') + "  50 %  3 s left");
  EXPECT_NE(progress_line(1, 101, 1).find(" 1 min 40 s left"), std::string::npos);
  EXPECT_NE(progress_line(4, 4, 3).find("100 %  0 s left"), std::string::npos);
}

TEST(ProgressLine, ShowsTheRate) {
  EXPECT_NE(progress_line(1, 4, 2, {384, "heads"}).find(" 25 %  48 heads/s  6 s left"),
            std::string::npos);
  EXPECT_NE(progress_line(1, 4, 30, {384, "heads"}).find("  3.2 heads/s  "), std::string::npos);
  EXPECT_EQ(progress_line(0, 4, 2, {384, "heads"}), progress_line(0, 4, 2));
}

/// A progress on made time, and what it writes.
class ProgressTest : public ::testing::Test {
 protected:
  Progress::Clock clock() {
    return [this] { return now_; };
  }
  Progress::Writer writer() {
    return [this](std::string_view text) { written_ += text; };
  }
  double now_ = 1000;
  std::string written_;
};

TEST_F(ProgressTest, StaysAwayForTwoSeconds) {
  Progress progress(true, {}, clock(), writer());
  now_ += 1.9;
  progress.update(1, 10);
  EXPECT_EQ(written_, "");
  now_ += 0.2;
  progress.update(2, 10);
  EXPECT_TRUE(written_.starts_with("\r  ")) << written_;
  EXPECT_TRUE(written_.ends_with("\x1b[K")) << written_;
}

TEST_F(ProgressTest, DrawsTenTimesASecondAtMost) {
  Progress progress(true, {}, clock(), writer());
  now_ += 3;
  progress.update(1, 10);
  const std::string first = written_;
  now_ += 0.05;
  progress.update(2, 10);
  EXPECT_EQ(written_, first);
  now_ += 0.06;
  progress.update(3, 10);
  EXPECT_GT(written_.size(), first.size());
}

TEST_F(ProgressTest, WipesItselfAwayOnce) {
  {
    Progress progress(true, {}, clock(), writer());
    now_ += 3;
    progress.update(1, 10);
    written_.clear();
    progress.clear();
    EXPECT_EQ(written_, "\r\x1b[K");
  }
  EXPECT_EQ(written_, "\r\x1b[K");
  {
    Progress progress(true, {}, clock(), writer());
    now_ += 3;
    progress.update(1, 10);
    written_.clear();
  }
  EXPECT_EQ(written_, "\r\x1b[K");
}

TEST_F(ProgressTest, SaysNothingUnlessEnabled) {
  {
    Progress progress(false, {}, clock(), writer());
    now_ += 100;
    progress.update(1, 10);
  }
  EXPECT_EQ(written_, "");
}

}  // namespace progress_test
}  // namespace tacet::cli
