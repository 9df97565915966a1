// Edges of the dyadic test and of the jackknife; the values are in pair_tests_golden_test.cc.
#include <cmath>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "stats/expect_result.h"
#include "stats/pair_blocks.h"
#include "tacet/pair_tests.h"

namespace tacet {
namespace dyadic_tests {

using testing::all_pairs;
using testing::Block;
using testing::expect_near;
using testing::expect_no_numbers;
using testing::kAlpha;
using testing::kReordered;
using testing::random_block;
using testing::random_values;

TEST(DyadicTest, NeedsFourTokens) {
  const TestResult result = dyadic_test(random_block(3, 0.01, 1).changes(), kAlpha);
  expect_no_numbers(result);
  EXPECT_FALSE(result.note.empty());
  EXPECT_EQ(dyadic_test(random_block(4, 0.01, 1).changes(), kAlpha).df, 3.0);
}

TEST(DyadicTest, NeverBelowTheErrorOfIndependentPairs) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    const Block block = random_block(4 + seed % 5, 0.0, seed);
    const double root = std::sqrt(static_cast<double>(block.delta.size()));
    EXPECT_GE(dyadic_test(block.changes(), kAlpha).se.value(),
              sample_sd(block.delta) / root * (1 - kReordered));
  }
}

TEST(TokenJackknife, NeedsAPairWithoutEachToken) {
  for (const std::size_t n_tokens : {3U, 4U, 9U}) {
    // All pairs are those of the last token.
    const Block block = random_block(n_tokens, 0.01, 1, static_cast<std::uint32_t>(n_tokens) - 1);
    for (const TestResult& result :
         {token_jackknife_test(block.changes(), kAlpha),
          token_bootstrap_test(block.changes(), kAlpha, {.seed = 1, .draws = 99})}) {
      expect_no_numbers(result);
      EXPECT_FALSE(result.note.empty());
    }
  }
  const TestResult three = token_jackknife_test(random_block(3, 0.01, 1).changes(), kAlpha);
  EXPECT_TRUE(three.p.has_value());
  EXPECT_EQ(three.df, 2.0);
}

TEST(TokenJackknife, OfASumOfTokenPartsIsTheMeansOwn) {
  // With changes a_i + a_j over all pairs the mean is 2 mean(a), whose jackknife is the formula.
  const std::vector<double> part = random_values(11, 0.3, 3);
  Block block = all_pairs(11);
  for (std::size_t k = 0; k < block.pairs.size(); ++k) {
    block.delta[k] = part[block.pairs[k].i] + part[block.pairs[k].j];
  }
  expect_near(token_jackknife_test(block.changes(), kAlpha).se,
              2 * sample_sd(part) / std::sqrt(11));
}

}  // namespace dyadic_tests
}  // namespace tacet
