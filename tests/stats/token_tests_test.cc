// Edges and symmetries of the tests that know which token a pair has; the values are in
// pair_tests_golden_test.cc.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stats/expect_result.h"
#include "stats/pair_blocks.h"
#include "tacet/error.h"
#include "tacet/pair_tests.h"

namespace tacet {
namespace token_tests_test {

using testing::all_pairs;
using testing::Block;
using testing::constant;
using testing::expect_answer;
using testing::expect_near;
using testing::expect_no_nan;
using testing::expect_no_numbers;
using testing::expect_same_numbers;
using ::testing::HasSubstr;
using testing::kAlpha;
using testing::kReordered;
using testing::random_block;
using ::testing::ThrowsMessage;
using testing::with_changes;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// The tests that know which token a pair has.
class TokenTests : public ::testing::TestWithParam<tacet::Test> {
 protected:
  static TestResult test(const PairChanges& changes, double alpha = kAlpha,
                         ResamplingOptions options = {.seed = 1, .draws = 199}) {
    if (GetParam() == tacet::Test::dyadic) return dyadic_test(changes, alpha);
    if (GetParam() == tacet::Test::token_jackknife) return token_jackknife_test(changes, alpha);
    return token_bootstrap_test(changes, alpha, options);
  }
  static TestResult test(const Block& block) { return test(block.changes()); }
};

INSTANTIATE_TEST_SUITE_P(PairTests, TokenTests,
                         ::testing::Values(tacet::Test::dyadic, tacet::Test::token_jackknife,
                                           tacet::Test::token_bootstrap),
                         [](const auto& given) {
                           std::string name{to_string(given.param)};
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST_P(TokenTests, SaysItsName) {
  EXPECT_EQ(test(random_block(6, 0.01, 1)).name, GetParam());
  EXPECT_EQ(test(constant(6, 0.0)).name, GetParam());
}

TEST_P(TokenTests, LengthsThatDifferAreAnError) {
  Block block = random_block(5, 0.01, 1);
  block.delta.pop_back();
  EXPECT_THROW(test(block), UsageError);
  block.delta.clear();
  EXPECT_THROW(test(block), UsageError);
}

TEST_P(TokenTests, FewerThanTwoPairsAreAnError) {
  Block block = with_changes(2, {0.25});
  EXPECT_THROW(test(block), UsageError);
  block.n_tokens = 5;
  EXPECT_THROW(test(block), UsageError);
  EXPECT_THROW(test(PairChanges{}), UsageError);
}

TEST_P(TokenTests, AlphaOutsideItsRangeIsAnError) {
  const Block block = random_block(5, 0.01, 1);
  for (const double alpha : {0.0, 1.0, -0.05, 1.5, kNaN}) {
    EXPECT_THAT([&] { test(block.changes(), alpha); },
                ThrowsMessage<UsageError>(HasSubstr("between 0 and 1")));
  }
}

TEST_P(TokenTests, UnchangedHasNoNumbersAndNoNote) {
  for (const double zero : {0.0, -0.0}) {
    const TestResult result = test(constant(6, zero));
    expect_no_numbers(result);
    EXPECT_TRUE(result.note.empty()) << result.note;
  }
}

TEST_P(TokenTests, EqualChangesAreInfinite) {
  for (const double change : {0.125, -0.125, 0.1, -0.3}) {
    // Of tokens with unlike numbers of pairs, whose sums round in their own ways.
    Block block = all_pairs(7, 3);
    std::fill(block.delta.begin(), block.delta.end(), change);
    const TestResult result = test(block);
    expect_no_nan(result);
    if (GetParam() == tacet::Test::token_bootstrap) {
      // All its resamples are equal: nothing to studentise with, so no more than an answer.
      expect_answer(result);
      continue;
    }
    EXPECT_EQ(result.statistic, std::copysign(kInfinity, change));
    EXPECT_EQ(result.se, 0.0);
    EXPECT_EQ(result.p, 0.0);
    EXPECT_EQ(result.log10_p, -kInfinity);
    EXPECT_EQ(result.ci_low, result.ci_high);
    expect_near(result.ci_low, change);
  }
}

TEST_P(TokenTests, LabelsOfTokensDoNotMatter) {
  if (GetParam() == tacet::Test::token_bootstrap) {
    GTEST_SKIP() << "the tokens are drawn by their number";
  }
  for (const std::size_t n_tokens : {4U, 5U, 12U, 23U}) {
    for (const std::uint32_t first_movable : {0U, 3U}) {
      if (first_movable + 1 >= n_tokens) continue;
      const Block block = random_block(n_tokens, 0.02, 5, first_movable);
      std::vector<std::uint32_t> label(n_tokens);
      std::iota(label.begin(), label.end(), 0U);
      std::mt19937_64 generator(6);
      std::shuffle(label.begin(), label.end(), generator);
      std::vector<std::size_t> order(block.pairs.size());
      std::iota(order.begin(), order.end(), std::size_t{0});
      std::shuffle(order.begin(), order.end(), generator);
      Block other;
      other.n_tokens = n_tokens;
      for (const std::size_t k : order) {
        const std::uint32_t a = label[block.pairs[k].i];
        const std::uint32_t b = label[block.pairs[k].j];
        other.pairs.push_back({std::min(a, b), std::max(a, b)});
        other.delta.push_back(block.delta[k]);
      }
      expect_same_numbers(test(other), test(block));
    }
  }
}

TEST_P(TokenTests, OrderOfPairsDoesNotMatter) {
  const Block block = random_block(12, 0.01, 7);
  Block other = block;
  std::reverse(other.delta.begin(), other.delta.end());
  std::reverse(other.pairs.begin(), other.pairs.end());
  expect_same_numbers(test(other), test(block));
}

TEST_P(TokenTests, TheOtherSignMirrors) {
  const Block block = random_block(9, 0.01, 8);
  Block other = block;
  for (double& d : other.delta) d = -d;
  const TestResult one = test(block);
  const TestResult mirrored = test(other);
  EXPECT_EQ(one.statistic.value(), -mirrored.statistic.value());
  EXPECT_EQ(one.se, mirrored.se);
  EXPECT_EQ(one.p, mirrored.p);
  const double width = one.ci_high.value() - one.ci_low.value();
  EXPECT_NEAR(one.ci_low.value(), -mirrored.ci_high.value(), kReordered * width);
  EXPECT_NEAR(one.ci_high.value(), -mirrored.ci_low.value(), kReordered * width);
}

TEST_P(TokenTests, ScaleDoesNotMatter) {
  const Block block = random_block(9, 0.01, 9);
  const TestResult one = test(block);
  for (const double factor : {0x1p-40, 0x1p40, 0x1p-300}) {
    Block other = block;
    for (double& d : other.delta) d *= factor;
    const TestResult scaled = test(other);
    expect_near(scaled.statistic, one.statistic);
    expect_near(scaled.p, one.p, 10 * kReordered);
    expect_near(scaled.se.value() / factor, one.se);
    expect_near(scaled.ci_low.value() / factor, one.ci_low);
    expect_near(scaled.ci_high.value() / factor, one.ci_high);
  }
}

TEST_P(TokenTests, CornersHaveAnAnswer) {
  expect_answer(test(random_block(3, 0.01, 1)));
  expect_answer(test(random_block(3, 0.01, 1, 2)));
  expect_answer(test(random_block(4, 0.01, 1, 3)));
  expect_answer(test(with_changes(3, {0.5, 0.5, -0.5})));
  expect_answer(test(constant(3, 0.5)));
  expect_answer(test(constant(4, 0.1)));
  // Two pairs, which share a token or do not.
  const std::vector<double> two{0.25, 0.5};
  const std::vector<TokenPair> apart{{0, 1}, {2, 3}};
  const std::vector<TokenPair> together{{0, 2}, {1, 2}};
  expect_answer(test(PairChanges{two, apart, 4}));
  expect_answer(test(PairChanges{two, together, 3}));
  // No token's absence changes the mean: the jackknife's error is 0, with a mean of 1/3 and of 0.
  expect_answer(test(with_changes(4, {1, 0, 0, 0, 0, 1})));
  expect_answer(test(with_changes(4, {1, -1, 0, 0, -1, 1})));
  expect_answer(test(with_changes(4, {0.3, 0.1, 0.7, 0.7, 0.1, 0.3})));
  // The smallest change of all, and one pair alone that changed.
  expect_answer(test(with_changes(4, {5e-324, 0, 0, 0, 0, 0})));
  expect_answer(test(with_changes(4, {1, 0, 0, 0, 0, 0})));
  expect_answer(test(with_changes(4, {1e70, -1e70, 1e70, 1e69, 1, 0})));
}

TEST_P(TokenTests, AMeanOfZeroIsNeverSignificant) {
  // Changes that cancel. In the first no token's absence changes the mean: mean and error are 0.
  for (const auto& delta : {std::vector<double>{1, -1, 0, 0, -1, 1},
                            {1, -1, 0, 0, 0, 0},
                            {0.5, 0.25, -0.75, 1, -0.5, -0.5}}) {
    const TestResult result = test(with_changes(4, delta));
    expect_answer(result);
    if (result.p) {
      EXPECT_EQ(result.statistic, 0.0);
      EXPECT_EQ(*result.p, 1.0);
    }
  }
}

}  // namespace token_tests_test
}  // namespace tacet
