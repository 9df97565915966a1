#include "measure/dimensions.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "made_states.h"

namespace tacet::measure {
namespace dimensions_test {

std::vector<double> contributions(const TokenVectors& vectors, const PairSelection& pairs) {
  return dimension_contributions(vectors, Gram(vectors, 1).norms(), pairs);
}

void expect_near(const std::vector<double>& found, const std::vector<double>& wanted) {
  ASSERT_EQ(found.size(), wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_NEAR(found[i], wanted[i], 1e-10 * std::max(std::abs(wanted[i]), 1e-4)) << i;
  }
}

TEST(Dimensions, ContributeWhatNumPyFindsPairByPair) {
  for (const auto& made : testing::golden_states()) {
    expect_near(contributions(made.clean, made.pairs), made.contributions_clean);
    expect_near(contributions(made.silenced, made.pairs), made.contributions_silenced);
  }
}

TEST(Dimensions, ContributionsSumToTheMeanCosine) {
  for (const auto& made : testing::golden_states()) {
    const std::vector<double> parts = contributions(made.clean, made.pairs);
    const std::vector<double> cosines = pair_cosines(Gram(made.clean, 1), made.pairs);
    const double mean =
        std::accumulate(cosines.begin(), cosines.end(), 0.0) / static_cast<double>(cosines.size());
    EXPECT_NEAR(std::accumulate(parts.begin(), parts.end(), 0.0), mean, 1e-14);
  }
}

TEST(Dimensions, AreThoseThatNumPyLeavesOutAndSoAreTheCosines) {
  for (const auto& made : testing::golden_states()) {
    std::vector<std::size_t> rogue =
        largest(contributions(made.clean, made.pairs), made.rogue_dimensions);
    TokenVectors clean = made.clean;
    TokenVectors silenced = made.silenced;
    leave_out(rogue, clean);
    leave_out(rogue, silenced);
    std::ranges::sort(rogue);
    EXPECT_EQ(rogue, made.left_out);
    expect_near(pair_cosines(Gram(clean, 1), made.pairs), made.cosines_clean);
    expect_near(pair_cosines(Gram(silenced, 1), made.pairs), made.cosines_silenced);
  }
}

TEST(Dimensions, WithoutOneHugeDimensionTheCosineIsThatOfTheRest) {
  constexpr std::size_t kHuge = 3;
  constexpr std::size_t kWidth = 6;
  std::mt19937 generator(17);
  std::normal_distribution<float> normal;
  std::vector<float> rest;
  std::vector<float> whole;
  for (int token = 0; token < 8; ++token) {
    for (std::size_t k = 0; k < kWidth; ++k) {
      if (k == kHuge) whole.push_back(1000);
      whole.push_back(normal(generator));
      rest.push_back(whole.back());
    }
  }
  TokenVectors vectors(whole, kWidth + 1);
  const std::vector<double> parts = contributions(vectors, {});
  EXPECT_GT(parts[kHuge], 0.999);
  const std::vector<std::size_t> rogue = largest(parts, 1);
  EXPECT_EQ(rogue, std::vector<std::size_t>{kHuge});
  leave_out(rogue, vectors);
  const std::vector<double> found = pair_cosines(Gram(vectors, 1), {});
  const std::vector<double> wanted = pair_cosines(Gram(TokenVectors(rest, kWidth), 1), {});
  ASSERT_EQ(found.size(), wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], wanted[i], 1e-14);
}

TEST(Dimensions, OfEqualOnesTheLowerComesFirst) {
  const std::vector<double> values = {0.25, 0.5, 0.25, -1, 0.5};
  EXPECT_EQ(largest(values, 3), (std::vector<std::size_t>{1, 4, 0}));
  EXPECT_EQ(largest(values, 5), (std::vector<std::size_t>{1, 4, 0, 2, 3}));
  EXPECT_TRUE(largest(values, 0).empty());
}

TEST(Dimensions, ContributeNothingWithoutPairs) {
  const TokenVectors vectors(std::vector<float>{1, 2, 3, 4}, 2);
  EXPECT_EQ(contributions(vectors, {.first_token = 0, .first_movable = 2}),
            std::vector<double>({0, 0}));
}

}  // namespace dimensions_test
}  // namespace tacet::measure
