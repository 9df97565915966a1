// Edges and symmetries of the token swap; the values are in pair_tests_golden_test.cc.
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "stats/expect_result.h"
#include "stats/pair_blocks.h"
#include "tacet/error.h"
#include "tacet/pair_tests.h"

namespace tacet {
namespace token_swap_tests {

using testing::expect_near;
using testing::expect_no_numbers;
using testing::random_values;

TestResult swap(std::vector<double> tau, ResamplingOptions options = {}) {
  const std::vector<std::vector<double>> parts{std::move(tau)};
  return token_swap_test(parts, options).at(0).result;
}

TEST(TokenSwap, BlocksOfDifferentLengthsAreAnError) {
  const std::vector<std::vector<double>> parts{{0.1, 0.2, 0.3}, {0.1, 0.2}};
  EXPECT_THROW(token_swap_test(parts, {}), UsageError);
}

TEST(TokenSwap, FewDrawsAreAnErrorWhereTheyAreNeeded) {
  EXPECT_NO_THROW(swap(std::vector<double>(20, 0.1), {.seed = 1, .draws = 1}));
  EXPECT_THROW(swap(std::vector<double>(21, 0.1), {.seed = 1, .draws = 98}), UsageError);
  EXPECT_THROW(swap(std::vector<double>(21, 0.1), {.seed = 1, .draws = 0}), UsageError);
  EXPECT_NO_THROW(swap(std::vector<double>(21, 0.1), {.seed = 1, .draws = 99}));
}

TEST(TokenSwap, NoBlocksGiveNoResults) {
  EXPECT_TRUE(token_swap_test(std::vector<std::vector<double>>{}, {}).empty());
}

TEST(TokenSwap, UnchangedHasNoNumbersAndNoNote) {
  const std::vector<std::vector<double>> parts{std::vector<double>(8, 0.0),
                                               random_values(8, 0.5, 1)};
  const auto results = token_swap_test(parts, {});
  expect_no_numbers(results[0].result);
  EXPECT_TRUE(results[0].result.note.empty()) << results[0].result.note;
  EXPECT_FALSE(results[0].p_max_t.has_value());
  EXPECT_EQ(results[1].result.p, swap(parts[1]).p);
  EXPECT_EQ(results[1].p_max_t, results[1].result.p);
}

TEST(TokenSwap, OneMovedTokenSaysNothing) {
  for (const auto& tau : {std::vector{0.3}, {0.0, -0.4, 0.0}}) {
    const TestResult result = swap(tau);
    EXPECT_EQ(result.p, 1.0);
    EXPECT_EQ(result.log10_p, 0.0);
    EXPECT_FALSE(result.note.empty());
  }
}

TEST(TokenSwap, FewMovedTokensSaySo) {
  for (std::size_t moved = 2; moved <= kMostTokensEnumerated; ++moved) {
    // All in one direction: the smallest p there is. Tokens that stay do not count.
    std::vector<double> tau(moved, 0.125);
    tau.insert(tau.begin() + 1, 3, 0.0);
    const TestResult result = swap(tau);
    EXPECT_EQ(result.p, std::ldexp(1.0, 1 - static_cast<int>(moved)));
    EXPECT_EQ(result.note.empty(), moved >= 6) << moved << ": " << result.note;
    EXPECT_FALSE(result.resampling.has_value());
  }
}

TEST(TokenSwap, FewMovedTokensOfOneBlockSaySo) {
  const std::vector<std::vector<double>> parts{{0.1, 0.2, 0, 0, 0, 0, 0, 0},
                                               std::vector<double>(8, 0.25)};
  const auto results = token_swap_test(parts, {});
  EXPECT_EQ(results[0].result.p, 0.5);
  EXPECT_FALSE(results[0].result.note.empty());
  EXPECT_EQ(results[1].result.p, 0x1p-7);
  EXPECT_TRUE(results[1].result.note.empty()) << results[1].result.note;
}

TEST(TokenSwap, ManyMovedTokensAreSampled) {
  const TestResult result = swap(std::vector<double>(21, 0.125), {.seed = 8, .draws = 299});
  ASSERT_TRUE(result.resampling.has_value());
  EXPECT_EQ(result.resampling->seed, 8U);
  EXPECT_EQ(result.resampling->draws, 299);
  EXPECT_EQ(result.p, 1.0 / 300);
}

TEST(TokenSwap, TheSeedDecides) {
  const std::vector<double> tau = random_values(40, 0.1, 1);
  const TestResult one = swap(tau, {.seed = 1, .draws = 4999});
  EXPECT_EQ(one.p, swap(tau, {.seed = 1, .draws = 4999}).p);
  EXPECT_NE(one.p, swap(tau, {.seed = 2, .draws = 4999}).p);
  EXPECT_EQ(one.statistic, swap(tau, {.seed = 2, .draws = 4999}).statistic);
}

TEST(TokenSwap, SharesAddUpToOne) {
  for (const std::size_t n : {2U, 12U, 40U}) {
    const std::vector<double> tau = random_values(n, 0.5, static_cast<unsigned>(n));
    const TestResult result = swap(tau, {.seed = 1, .draws = 99});
    ASSERT_EQ(result.token_share.size(), n);
    EXPECT_NEAR(std::accumulate(result.token_share.begin(), result.token_share.end(), 0.0), 1.0,
                1e-12);
    const double total = std::accumulate(tau.begin(), tau.end(), 0.0);
    for (std::size_t i = 0; i < n; ++i) expect_near(result.token_share[i] * total, tau[i]);
  }
  // Of nothing there are no shares.
  const TestResult none = swap({1.0, 2.0, -3.0});
  EXPECT_TRUE(none.token_share.empty());
  EXPECT_EQ(none.statistic, 0.0);
  EXPECT_EQ(none.p, 1.0);
}

TEST(TokenSwap, SumsThatRoundingPullsApartAreEqual) {
  // 0.1 + 0.2 - 0.3 is not 0 in doubles; all eight patterns reach it.
  EXPECT_EQ(swap({0.1, 0.2, -0.3}).p, 1.0);
  EXPECT_EQ(swap({0.1, 0.2, 0.3, -0.6}).p, 1.0);
}

TEST(TokenSwap, ScaleAndSignsDoNotMatter) {
  const std::vector<double> tau = random_values(10, 0.5, 4);
  const TestResult one = swap(tau);
  for (const double factor : {-1.0, 0x1p-60, 1e-20, 1e20}) {
    std::vector<double> other = tau;
    for (double& t : other) t *= factor;
    const TestResult scaled = swap(other);
    EXPECT_EQ(scaled.p, one.p) << factor;
    expect_near(std::abs(scaled.statistic.value()), std::abs(one.statistic.value()));
  }
}

TEST(TokenSwap, OneBlockIsItsOwnMaximum) {
  for (const std::size_t n : {3U, 9U, 30U}) {
    const std::vector<std::vector<double>> parts{
        random_values(n, 0.4, static_cast<unsigned>(n) + 1)};
    const TokenSwapResult result = token_swap_test(parts, {.seed = 1, .draws = 199})[0];
    EXPECT_EQ(result.p_max_t, result.result.p);
  }
}

TEST(TokenSwap, MoreBlocksRaiseTheMaximum) {
  std::vector<std::vector<double>> parts{random_values(10, 0.7, 1)};
  const auto alone = token_swap_test(parts, {})[0];
  double last = alone.p_max_t.value();
  for (unsigned k = 0; k < 5; ++k) {
    parts.push_back(random_values(10, 0.0, 10 + k));
    const auto result = token_swap_test(parts, {})[0];
    EXPECT_EQ(result.result.p, alone.result.p);
    EXPECT_GE(result.p_max_t.value(), last);
    last = result.p_max_t.value();
  }
  EXPECT_GT(last, alone.p_max_t.value());
}

TEST(TokenSwap, IsExactUnderItsNull) {
  // Whatever tau is: of all patterns of signs, which are equally likely, the share with p <= level
  // is at most that level, for one block and for the smallest p of three. It is close below: p is
  // no coarser than its 2^-7.
  constexpr std::size_t kMoved = 8;
  const std::vector<std::vector<double>> parts{
      random_values(kMoved, 0.0, 1), random_values(kMoved, 1.0, 2), random_values(kMoved, 3.0, 3)};
  for (const double level : {0.02, 0.05, 0.1, 0.25, 0.5}) {
    std::vector<int> called(parts.size(), 0);
    int called_any = 0;
    for (unsigned pattern = 0; pattern < 1U << kMoved; ++pattern) {
      std::vector<std::vector<double>> drawn = parts;
      for (auto& tau : drawn) {
        for (std::size_t i = 0; i < kMoved; ++i) {
          if ((pattern >> i & 1U) != 0) tau[i] = -tau[i];
        }
      }
      const auto results = token_swap_test(drawn, {});
      bool any = false;
      for (std::size_t b = 0; b < results.size(); ++b) {
        if (results[b].result.p.value() <= level) ++called[b];
        any = any || results[b].p_max_t.value() <= level;
      }
      if (any) ++called_any;
    }
    const double patterns = 1U << kMoved;
    for (const int count : called) {
      EXPECT_LE(count / patterns, level);
      EXPECT_GT(count / patterns, level - 1.0 / 128);
    }
    EXPECT_LE(called_any / patterns, level);
    EXPECT_GT(called_any / patterns, level - 1.0 / 128);
  }
}

TEST(TokenSwap, SamplingComesNearEnumeration) {
  // A token that barely moves takes 20 moved tokens over the limit and changes no sum's place.
  const std::vector<double> tau = random_values(20, 0.4, 6);
  std::vector<double> more = tau;
  more.push_back(1e-9);
  const double exact = swap(tau).p.value();
  const double sampled = swap(more, {.seed = 1, .draws = 20000}).p.value();
  EXPECT_NEAR(sampled, exact, 5 * std::sqrt(exact * (1 - exact) / 20000));
}

}  // namespace token_swap_tests
}  // namespace tacet
