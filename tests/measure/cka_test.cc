#include "measure/cka.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "made_states.h"

namespace tacet::measure {
namespace cka_test {

std::optional<double> cka_of(const TokenVectors& clean, const TokenVectors& silenced,
                             std::size_t first_token = 0) {
  return cka(centred_gram(Gram(clean, 1), first_token),
             centred_gram(Gram(silenced, 1), first_token));
}

/// The tokens in another order.
TokenVectors relabelled(const TokenVectors& vectors, const std::vector<std::size_t>& order) {
  TokenVectors out(vectors.n_tokens(), vectors.d_model());
  for (std::size_t i = 0; i < order.size(); ++i) {
    std::ranges::copy(vectors.row(order[i]), out.row(i).begin());
  }
  return out;
}

TEST(Cka, IsTheFormulaOfTheVectors) {
  std::size_t seen = 0;
  for (const auto& made : testing::golden_states()) {
    const auto found = cka_of(made.clean, made.silenced, made.pairs.first_token);
    ASSERT_TRUE(found.has_value());
    EXPECT_NEAR(*found, made.cka, 1e-10 * made.cka);
    EXPECT_LT(*found, 1);
    ++seen;
  }
  EXPECT_GE(seen, 5U);
}

TEST(Cka, IsExactlyOneForEqualStates) {
  for (const auto& made : testing::golden_states()) {
    EXPECT_EQ(cka_of(made.clean, made.clean), 1.0);
    EXPECT_EQ(cka_of(made.silenced, made.silenced, 1), 1.0);
  }
}

TEST(Cka, DoesNotDependOnTheTokensNames) {
  std::mt19937 generator(5);
  for (const auto& made : testing::golden_states()) {
    std::vector<std::size_t> order(made.clean.n_tokens());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::shuffle(order, generator);
    const double there = *cka_of(made.clean, made.silenced);
    EXPECT_NEAR(*cka_of(relabelled(made.clean, order), relabelled(made.silenced, order)), there,
                1e-13);
    EXPECT_NEAR(*cka_of(made.silenced, made.clean), there, 1e-14);
  }
}

TEST(Cka, DoesNotSeeThatAStateIsShiftedTurnedOrStretched) {
  const auto made = testing::golden_states().front();
  TokenVectors moved = made.silenced;
  for (std::size_t i = 0; i < moved.n_tokens(); ++i) {
    const std::span<double> row = moved.row(i);
    std::rotate(row.begin(), row.begin() + 1, row.end());  // a permutation of the axes is a turn
    for (double& value : row) value = 3 - 2.5 * value;
  }
  EXPECT_NEAR(*cka_of(made.clean, moved), *cka_of(made.clean, made.silenced), 1e-12);
}

TEST(Cka, IsNullWhereTheTokensDoNotDiffer) {
  const TokenVectors same(std::vector<float>{0.1F, 0.7F, 0.1F, 0.7F, 0.1F, 0.7F}, 2);
  const TokenVectors other(std::vector<float>{1, 2, 3, 1, -1, 0.5F}, 2);
  EXPECT_FALSE(cka_of(same, other).has_value());
  EXPECT_FALSE(cka_of(other, same).has_value());
  EXPECT_FALSE(cka_of(same, same).has_value());
  // The first token alone differs.
  const TokenVectors first(std::vector<float>{5, 5, 0.1F, 0.7F, 0.1F, 0.7F}, 2);
  EXPECT_TRUE(cka_of(first, other).has_value());
  EXPECT_FALSE(cka_of(first, other, 1).has_value());
}

TEST(Cka, IsOneForTokensOnALineHoweverTheyLie) {
  // Kornblith et al.: with one direction of variance, CKA is the squared correlation.
  const TokenVectors x(std::vector<float>{1, 2, 4, 7}, 1);
  const TokenVectors y(std::vector<float>{-3, -5, -9, -15}, 1);
  EXPECT_NEAR(*cka_of(x, y), 1.0, 1e-14);
  const TokenVectors z(std::vector<float>{2, 1, 4, 3}, 1);
  // Deviations (-2.5, -1.5, 0.5, 3.5) and (-0.5, -1.5, 1.5, 0.5): r = 6 / sqrt(21 * 5).
  EXPECT_NEAR(*cka_of(x, z), 36.0 / 105.0, 1e-14);
}

}  // namespace cka_test
}  // namespace tacet::measure
