// Edges of the bootstrap over tokens; the values are in pair_tests_golden_test.cc.
#include <cmath>
#include <cstdint>
#include <functional>

#include <gtest/gtest.h>

#include "stats/expect_result.h"
#include "stats/pair_blocks.h"
#include "tacet/error.h"
#include "tacet/pair_tests.h"

namespace tacet {
namespace token_bootstrap_tests {

using testing::Block;
using testing::expect_near;
using testing::kAlpha;
using testing::random_block;

TEST(TokenBootstrap, HasTheSameBitsHoweverItsResamplesAreShared) {
  const Block block = random_block(9, 0.01, 3);
  for (const std::int64_t draws : {99, 1024, 1700}) {
    const ResamplingOptions options{.seed = 5, .draws = draws};
    const TestResult alone = token_bootstrap_test(block.changes(), kAlpha, options);
    std::size_t n_pieces = 0;
    const ForEach backwards = [&](std::size_t n, const std::function<void(std::size_t)>& body) {
      n_pieces += n;
      for (std::size_t i = n; i > 0; --i) body(i - 1);
    };
    const TestResult shared = token_bootstrap_test(block.changes(), kAlpha, options, backwards);
    EXPECT_GE(n_pieces, static_cast<std::size_t>(draws) / 16);
    EXPECT_EQ(shared.p, alone.p);
    EXPECT_EQ(shared.ci_low, alone.ci_low);
    EXPECT_EQ(shared.ci_high, alone.ci_high);
    EXPECT_EQ(shared.resampling->percentile_low, alone.resampling->percentile_low);
    EXPECT_EQ(shared.resampling->redrawn, alone.resampling->redrawn);
  }
}

TEST(TokenBootstrap, FewDrawsAreAnError) {
  const Block block = random_block(6, 0.01, 1);
  for (const std::int64_t draws : {98, 1, 0, -1}) {
    EXPECT_THROW(token_bootstrap_test(block.changes(), kAlpha, {.seed = 1, .draws = draws}),
                 UsageError);
  }
  EXPECT_NO_THROW(token_bootstrap_test(block.changes(), kAlpha, {.seed = 1, .draws = 99}));
}

TEST(TokenBootstrap, TheSeedDecides) {
  const Block block = random_block(12, 0.003, 2);
  const auto test = [&](std::uint64_t seed) {
    return token_bootstrap_test(block.changes(), kAlpha, {.seed = seed, .draws = 499});
  };
  const TestResult one = test(1);
  const TestResult again = test(1);
  const TestResult other = test(2);
  EXPECT_EQ(one.p, again.p);
  EXPECT_EQ(one.ci_low, again.ci_low);
  EXPECT_EQ(one.ci_high, again.ci_high);
  EXPECT_EQ(one.resampling->percentile_low, again.resampling->percentile_low);
  EXPECT_EQ(one.resampling->percentile_high, again.resampling->percentile_high);
  EXPECT_EQ(one.statistic, other.statistic);
  EXPECT_NE(one.ci_low, other.ci_low);
  EXPECT_NE(one.ci_high, other.ci_high);
  EXPECT_NE(one.resampling->percentile_low, other.resampling->percentile_low);
  EXPECT_EQ(other.resampling->seed, 2U);
  EXPECT_EQ(other.resampling->draws, 499);
}

TEST(TokenBootstrap, PIsACountOfItsDraws) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    const Block block = random_block(8, seed % 2 == 0 ? 0.0 : 0.05, seed);
    const TestResult result =
        token_bootstrap_test(block.changes(), kAlpha, {.seed = seed, .draws = 199});
    const double count = result.p.value() * 200;
    EXPECT_GE(count, 1.0);
    EXPECT_NEAR(count, std::round(count), 1e-9);
  }
}

TEST(TokenBootstrap, StatisticAndErrorAreTheJackknifes) {
  const Block block = random_block(10, 0.01, 4);
  const TestResult jackknife = token_jackknife_test(block.changes(), kAlpha);
  const TestResult result = token_bootstrap_test(block.changes(), kAlpha, {.seed = 1, .draws = 99});
  expect_near(result.statistic, jackknife.statistic);
  expect_near(result.se, jackknife.se);
}

TEST(TokenBootstrap, ResamplesWithoutAPairAreCounted) {
  // With all pairs and 12 tokens there is none among a few; with three tokens one in nine.
  EXPECT_EQ(token_bootstrap_test(random_block(12, 0.01, 1).changes(), kAlpha, {1, 999})
                .resampling->redrawn,
            0);
  const TestResult three =
      token_bootstrap_test(random_block(3, 0.01, 1).changes(), kAlpha, {1, 9999});
  EXPECT_NEAR(static_cast<double>(three.resampling->redrawn), 9999.0 / 8, 200);
}

}  // namespace token_bootstrap_tests
}  // namespace tacet
