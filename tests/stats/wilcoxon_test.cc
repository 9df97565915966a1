// Symmetries of the signed-rank test; the values are in pair_tests_golden_test.cc.
#include <algorithm>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "stats/expect_result.h"
#include "stats/pair_blocks.h"
#include "tacet/pair_tests.h"

namespace tacet {
namespace wilcoxon_tests {

using testing::expect_no_numbers;
using testing::random_values;

TEST(WilcoxonTest, WithoutAChangeThereAreNoNumbers) {
  for (const auto& delta : {std::vector<double>{}, {0.0}, {0.0, -0.0, 0.0}}) {
    const TestResult result = wilcoxon_test(delta);
    EXPECT_EQ(result.name, tacet::Test::wilcoxon);
    expect_no_numbers(result);
    EXPECT_TRUE(result.note.empty()) << result.note;
  }
}

TEST(WilcoxonTest, OnlySignsAndOrderOfSizesMatter) {
  for (const std::size_t n : {9U, 50U, 66U}) {
    const std::vector<double> delta = random_values(n, 0.2, static_cast<unsigned>(n));
    std::vector<double> cubed = delta;
    for (double& d : cubed) d = d * d * d * 1e-9;
    std::shuffle(cubed.begin(), cubed.end(), std::mt19937_64(3));
    const TestResult one = wilcoxon_test(delta);
    const TestResult other = wilcoxon_test(cubed);
    EXPECT_EQ(one.statistic, other.statistic);
    EXPECT_EQ(one.p, other.p);
    EXPECT_EQ(one.log10_p, other.log10_p);
  }
}

TEST(WilcoxonTest, TheOtherSignsHaveTheSameP) {
  for (const std::size_t n : {2U, 9U, 50U, 51U, 276U}) {
    std::vector<double> delta = random_values(n, 0.2, static_cast<unsigned>(n));
    const TestResult one = wilcoxon_test(delta);
    for (double& d : delta) d = -d;
    const TestResult other = wilcoxon_test(delta);
    const auto all = static_cast<double>(n * (n + 1) / 2);
    EXPECT_EQ(one.statistic.value() + other.statistic.value(), all);
    EXPECT_EQ(one.p, other.p);
  }
}

TEST(WilcoxonTest, ZerosAreLeftOut) {
  std::vector<double> delta = random_values(70, 0.2, 3);
  const TestResult without = wilcoxon_test(delta);
  delta.insert(delta.begin() + 30, 40, 0.0);
  delta.push_back(-0.0);
  const TestResult with = wilcoxon_test(delta);
  EXPECT_EQ(without.statistic, with.statistic);
  EXPECT_EQ(without.p, with.p);
}

}  // namespace wilcoxon_tests
}  // namespace tacet
