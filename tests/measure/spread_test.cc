#include "measure/spread.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace tacet::measure {
namespace spread_test {

TEST(EffectiveRank, IsOneOnALine) {
  const TokenVectors vectors(std::vector<float>{1, 2, -2, -4, 3, 6}, 2);
  EXPECT_NEAR(effective_rank(Gram(vectors, 1), 0), 1.0, 1e-6);
}

TEST(EffectiveRank, IsTheNumberOfEquallyLongOrthogonalVectors) {
  const TokenVectors vectors(std::vector<float>{2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 2}, 4);
  EXPECT_NEAR(effective_rank(Gram(vectors, 1), 0), 3.0, 1e-12);
}

TEST(EffectiveRank, IsTheEntropyOfTheShares) {
  // Orthogonal vectors of squared lengths 1 and 3: shares 1/4 and 3/4.
  const TokenVectors vectors(std::vector<float>{1, 0, 0, std::sqrt(3.0F)}, 2);
  const double entropy = -(0.25 * std::log(0.25) + 0.75 * std::log(0.75));
  EXPECT_NEAR(effective_rank(Gram(vectors, 1), 0), std::exp(entropy), 1e-7);
}

TEST(EffectiveRank, LeavesOutTheTokensBeforeTheFirst) {
  const TokenVectors all(std::vector<float>{100, 0, 1, 1, 1, -1}, 2);
  const TokenVectors rest(std::vector<float>{1, 1, 1, -1}, 2);
  EXPECT_DOUBLE_EQ(effective_rank(Gram(all, 1), 1), effective_rank(Gram(rest, 1), 0));
  EXPECT_LT(effective_rank(Gram(all, 1), 0), effective_rank(Gram(all, 1), 1));
}

TEST(EffectiveRank, TheBitsDoNotDependOnTheThreads) {
  std::vector<float> rows(80 * 1000);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i] = std::sin(static_cast<float>(i) * 0.37F);
  }
  const TokenVectors vectors(rows, 1000);
  EXPECT_EQ(effective_rank(Gram(vectors, 1), 0), effective_rank(Gram(vectors, 3), 0));
}

}  // namespace spread_test
}  // namespace tacet::measure
