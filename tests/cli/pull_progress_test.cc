#include "cli/pull_progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tacet::cli {
namespace pull_progress_test {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Kind = hub::PullEvent::Kind;

TEST(PullProgressLine, SaysRateAndTimeLeft) {
  const std::map<std::string, FileProgress> files{
      {"model.safetensors", {500'000'000, 1'000'000'000, 300'000'000, 100}}};
  // 200 MB in 10 s: what was there before says nothing about the rate.
  EXPECT_EQ(pull_progress_line(files, 110, 100),
            "  model.safetensors  ██████████            50 %  20.0 MB/s  25 s left");
  EXPECT_THAT(pull_progress_line(files, 100.1, 100), Not(HasSubstr("MB/s")));
}

TEST(PullProgressLine, FilesStandSideBySideAndAreCutToTheWidth) {
  const std::map<std::string, FileProgress> files{{"a", {1, 4, 0, 0}}, {"b", {0, 0, 0, 0}}};
  EXPECT_EQ(pull_progress_line(files, 0, 100),
            "  a  █████                 25 % | b  ████████████████████ 100 %");
  EXPECT_EQ(pull_progress_line(files, 0, 6), "  a  …");
}

class PullProgressTest : public ::testing::Test {
 protected:
  PullProgress make(bool bars, bool notes = false) {
    return PullProgress(
        bars, notes, 80, [this] { return now_; },
        [this](std::string_view text) { written_ += text; });
  }
  double now_ = 0;
  std::string written_;
};

TEST_F(PullProgressTest, DrawsTenTimesASecondAfterTwoAndWipes) {
  PullProgress progress = make(true);
  now_ = 1.9;
  progress.show({Kind::file, "a", 0, 100, ""});
  EXPECT_THAT(written_, IsEmpty());
  now_ = 2;
  progress.show({Kind::file, "a", 0, 100, ""});
  EXPECT_THAT(written_, HasSubstr("  0 %"));
  now_ = 2.05;
  progress.show({Kind::progress, "a", 50, 100, ""});
  EXPECT_THAT(written_, Not(HasSubstr("50 %")));
  now_ = 2.15;
  progress.show({Kind::progress, "a", 60, 100, ""});
  EXPECT_THAT(written_, HasSubstr("60 %"));
  progress.show({Kind::finished, "a", 100, 100, ""});
  EXPECT_TRUE(written_.ends_with("\r\x1b[K"));
}

TEST_F(PullProgressTest, AFileThatStartsAgainIsMeasuredAnew) {
  PullProgress progress = make(true);
  progress.show({Kind::file, "a", 50, 100, ""});
  now_ = 10;
  progress.show({Kind::progress, "a", 10, 100, ""});
  now_ = 11;
  progress.show({Kind::progress, "a", 20, 100, ""});
  EXPECT_THAT(written_, HasSubstr("20 %  0.0 MB/s  8 s left"));
}

TEST_F(PullProgressTest, ShowsNothingUnlessAsked) {
  PullProgress progress = make(false);
  progress.show({Kind::file, "a", 0, 100, ""});
  progress.show({Kind::note, "", 0, 0, "a wait"});
  EXPECT_THAT(written_, IsEmpty());
}

}  // namespace pull_progress_test
}  // namespace tacet::cli
