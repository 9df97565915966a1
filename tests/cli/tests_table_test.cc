#include "cli/tests_table.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/made_results.h"
#include "cli/silence_summary.h"
#include "cli/test_names.h"

namespace tacet::cli {
namespace tests_table_test {

using ::testing::HasSubstr;
using testing::made_model;
using testing::made_silence;
using ::testing::Not;

/// The made result with `tests` in every row that changed, all with the same numbers.
SilenceResult with_tests(const std::vector<tacet::Test>& tests) {
  SilenceResult result = made_silence();
  for (LayerEffect& row : result.layers) {
    for (const tacet::Test name : tests) {
      TestResult test;
      test.name = name;
      if (row.effect != Effect::unchanged) {
        test.p = 0.01;
        test.p_adjusted = name == tacet::Test::token_swap ? 0.25 : 0.03;
        test.significant = name != tacet::Test::token_swap;
        if (name == tacet::Test::wilcoxon) test.note = "normal approximation";
      }
      row.tests.push_back(test);
    }
  }
  return result;
}

View plain_view() {
  View view;
  view.width = 100;
  return view;
}

TEST(TestName, IsDifferentForEveryTest) {
  std::vector<std::string> names;
  for (const tacet::Test test : kAllTests) names.push_back(test_name(test));
  for (const std::string& name : names) EXPECT_EQ(std::ranges::count(names, name), 1) << name;
}

TEST(RenderTests, HasAColumnForEveryTestAndTheirNotesOnce) {
  const std::string text =
      render_tests(with_tests({kAllTests.begin(), kAllTests.end()}), plain_view());
  for (const char* part : {"paired", "indep.", "wilcoxon", "dyadic", "swap", "bootstr.",
                           "jackknife", "0.0300*", "0.2500 "}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  const std::string note = "wilcoxon: normal approximation.";
  EXPECT_NE(text.find(note), std::string::npos);
  EXPECT_EQ(text.find(note), text.rfind(note));
}

TEST(RenderTests, IsLeftOutWhereTheTableSaysItAll) {
  EXPECT_EQ(render_tests(made_silence(), plain_view()), "");
  EXPECT_EQ(render_tests(with_tests({tacet::Test::paired, tacet::Test::token_swap}), plain_view()),
            "");
}

TEST(RenderSilence, MarksWhatTheTokenSwapTestLeavesStanding) {
  SilenceResult result = with_tests({tacet::Test::paired, tacet::Test::token_swap});
  std::string text = render_silence(result, made_model(), plain_view());
  EXPECT_THAT(text, HasSubstr("  ?\n"));
  EXPECT_THAT(text, Not(HasSubstr("  ✓\n")));
  EXPECT_THAT(text, HasSubstr("It does not stand up"));
  for (LayerEffect& row : result.layers) row.tests.back().significant = true;
  text = render_silence(result, made_model(), plain_view());
  EXPECT_THAT(text, HasSubstr("  ✓\n"));
  EXPECT_THAT(text, HasSubstr("It stands up: all"));
  EXPECT_THAT(render_silence(made_silence(), made_model(), plain_view()),
              Not(HasSubstr("stand up")));
}

}  // namespace tests_table_test
}  // namespace tacet::cli
