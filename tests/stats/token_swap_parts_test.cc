// Symmetries of the tokens' parts; the values are in pair_tests_golden_test.cc.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "stats/expect_result.h"
#include "stats/pair_blocks.h"
#include "tacet/error.h"
#include "tacet/pair_tests.h"

namespace tacet {
namespace token_swap_parts_test {

using testing::expect_near;
using testing::random_values;

TEST(TokenSwapParts, SizesThatDoNotFitAreAnError) {
  const std::vector<double> six = random_values(6, 1.0, 1);
  const std::vector<double> four = random_values(4, 1.0, 1);
  EXPECT_THROW(token_swap_parts(six, four, 2), UsageError);
  EXPECT_THROW(token_swap_parts(six, six, 4), UsageError);
  EXPECT_NO_THROW(token_swap_parts(six, six, 3));
}

TEST(TokenSwapParts, AVectorOfNormZeroGivesNaN) {
  std::vector<double> clean = random_values(12, 1.0, 1);
  const std::vector<double> silenced = random_values(12, 1.0, 2);
  std::fill(clean.begin() + 3, clean.begin() + 6, 0.0);
  const std::vector<double> tau = token_swap_parts(clean, silenced, 4);
  ASSERT_EQ(tau.size(), 4U);
  EXPECT_TRUE(std::isnan(tau[1]));
}

TEST(TokenSwapParts, StatesExchangedGiveTheOtherSign) {
  const std::vector<double> clean = random_values(60, 0.5, 1);
  const std::vector<double> silenced = random_values(60, 0.5, 2);
  const std::vector<double> tau = token_swap_parts(clean, silenced, 12);
  const std::vector<double> other = token_swap_parts(silenced, clean, 12);
  ASSERT_EQ(tau.size(), 12U);
  for (std::size_t i = 0; i < 12; ++i) EXPECT_NEAR(tau[i], -other[i], 1e-13);
}

TEST(TokenSwapParts, LengthsOfVectorsDoNotMatter) {
  const std::vector<double> clean = random_values(60, 0.5, 1);
  const std::vector<double> silenced = random_values(60, 0.5, 2);
  std::vector<double> longer = clean;
  for (std::size_t k = 0; k < 60; ++k) longer[k] *= std::pow(10.0, static_cast<int>(k / 5) - 6);
  const std::vector<double> tau = token_swap_parts(clean, silenced, 12);
  const std::vector<double> other = token_swap_parts(longer, silenced, 12);
  for (std::size_t i = 0; i < 12; ++i) EXPECT_NEAR(tau[i], other[i], 1e-13);
}

TEST(TokenSwapParts, LabelsOfTokensDoNotMatter) {
  constexpr std::size_t kTokens = 12;
  constexpr std::size_t kWidth = 5;
  const std::vector<double> clean = random_values(kTokens * kWidth, 0.5, 1);
  const std::vector<double> silenced = random_values(kTokens * kWidth, 0.5, 2);
  std::vector<std::size_t> label(kTokens);
  std::iota(label.begin(), label.end(), std::size_t{0});
  std::shuffle(label.begin(), label.end(), std::mt19937_64(4));
  std::vector<double> other_clean;
  std::vector<double> other_silenced;
  for (const std::size_t i : label) {
    for (std::size_t k = 0; k < kWidth; ++k) {
      other_clean.push_back(clean[i * kWidth + k]);
      other_silenced.push_back(silenced[i * kWidth + k]);
    }
  }
  const std::vector<double> tau = token_swap_parts(clean, silenced, kTokens);
  const std::vector<double> other = token_swap_parts(other_clean, other_silenced, kTokens);
  for (std::size_t i = 0; i < kTokens; ++i) EXPECT_NEAR(tau[label[i]], other[i], 1e-13);
  const std::vector<std::vector<double>> parts{tau};
  const std::vector<std::vector<double>> other_parts{other};
  const TestResult one = token_swap_test(parts, {})[0].result;
  const TestResult relabelled = token_swap_test(other_parts, {})[0].result;
  expect_near(relabelled.statistic, one.statistic);
  EXPECT_EQ(relabelled.p, one.p);
}

TEST(TokenSwapParts, UnmovedTokensHaveExactlyZero) {
  const std::vector<double> clean = random_values(40, 0.5, 1);
  std::vector<double> silenced = clean;
  silenced.back() += 0.5;
  const std::vector<double> tau = token_swap_parts(clean, silenced, 8);
  for (std::size_t i = 0; i < 7; ++i) EXPECT_EQ(tau[i], 0.0);
  EXPECT_NE(tau[7], 0.0);
}

}  // namespace token_swap_parts_test
}  // namespace tacet
