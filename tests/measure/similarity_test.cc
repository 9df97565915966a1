#include "measure/similarity.h"

#include <cmath>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace tacet::measure {
namespace similarity_test {

std::vector<float> random_rows(std::size_t tokens, std::size_t d_model) {
  std::mt19937 generator(7);
  std::normal_distribution<float> normal(0.3F, 1.0F);
  std::vector<float> rows(tokens * d_model);
  for (float& value : rows) value = normal(generator);
  return rows;
}

/// The formula, written as it stands, in long double.
double plain_cosine(std::span<const double> a, std::span<const double> b) {
  long double product = 0;
  long double aa = 0;
  long double bb = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    product += static_cast<long double>(a[k]) * b[k];
    aa += static_cast<long double>(a[k]) * a[k];
    bb += static_cast<long double>(b[k]) * b[k];
  }
  return static_cast<double>(product / (std::sqrt(aa) * std::sqrt(bb)));
}

class Shapes : public ::testing::TestWithParam<std::pair<std::size_t, std::size_t>> {
 protected:
  std::size_t tokens_ = GetParam().first;
  std::size_t d_model_ = GetParam().second;
  TokenVectors vectors_{random_rows(tokens_, d_model_), d_model_};
};

TEST_P(Shapes, CosinesAndDistancesAreTheFormulas) {
  const PairSelection all;
  const std::vector<double> cosines = pair_cosines(Gram(vectors_, 1), all);
  ASSERT_EQ(cosines.size(), tokens_ * (tokens_ - 1) / 2);
  std::size_t pair = 0;
  double distances = 0;
  for (std::size_t i = 0; i < tokens_; ++i) {
    for (std::size_t j = i + 1; j < tokens_; ++j) {
      EXPECT_NEAR(cosines[pair++], plain_cosine(vectors_.row(i), vectors_.row(j)), 1e-14);
      double squares = 0;
      for (std::size_t k = 0; k < d_model_; ++k) {
        squares += std::pow(vectors_.row(i)[k] - vectors_.row(j)[k], 2);
      }
      distances += std::sqrt(squares);
    }
  }
  EXPECT_NEAR(mean_pair_distance(vectors_, all, 1) * static_cast<double>(cosines.size()), distances,
              1e-9 * distances);
}

TEST_P(Shapes, TheBitsDoNotDependOnTheThreads) {
  const PairSelection all;
  EXPECT_EQ(pair_cosines(Gram(vectors_, 1), all), pair_cosines(Gram(vectors_, 3), all));
  EXPECT_EQ(mean_pair_distance(vectors_, all, 1), mean_pair_distance(vectors_, all, 3));
}

TEST_P(Shapes, StandardisedDimensionsHaveMeanZeroAndSpreadOne) {
  TokenVectors vectors = vectors_;
  apply(standardisation(vectors_, 1, true), vectors);
  for (std::size_t k = 0; k < d_model_; ++k) {
    double sum = 0;
    double squares = 0;
    for (std::size_t i = 1; i < tokens_; ++i) {
      sum += vectors.row(i)[k];
      squares += vectors.row(i)[k] * vectors.row(i)[k];
    }
    EXPECT_NEAR(sum, 0.0, 1e-9);
    EXPECT_NEAR(squares / static_cast<double>(tokens_ - 2), 1.0, 1e-9);
  }
}

INSTANTIATE_TEST_SUITE_P(All, Shapes,
                         ::testing::Values(std::pair{3U, 1U}, std::pair{4U, 15U},
                                           std::pair{7U, 16U}, std::pair{12U, 37U},
                                           std::pair{60U,
                                                     2500U}));  // enough for threads to be used

TEST(PairSelection, LeavesOutTheFirstTokenAndPairsThatCannotMove) {
  const TokenVectors vectors(random_rows(5, 8), 8);
  const Gram gram(vectors, 1);
  const PairSelection selected{.first_token = 1, .first_movable = 3};
  // (1,3) (1,4) (2,3) (2,4) (3,4)
  const std::vector<double> cosines = pair_cosines(gram, selected);
  ASSERT_EQ(cosines.size(), 5U);
  EXPECT_EQ(selected.count(5), 5U);
  EXPECT_NEAR(cosines[0], plain_cosine(vectors.row(1), vectors.row(3)), 1e-14);
  EXPECT_NEAR(cosines[1], plain_cosine(vectors.row(1), vectors.row(4)), 1e-14);
  EXPECT_NEAR(cosines[2], plain_cosine(vectors.row(2), vectors.row(3)), 1e-14);
  EXPECT_NEAR(cosines[4], plain_cosine(vectors.row(3), vectors.row(4)), 1e-14);
}

TEST(PairSelection, ALastTokenAloneMovesAPairWithEachOther) {
  EXPECT_EQ((PairSelection{.first_token = 0, .first_movable = 11}.count(12)), 11U);
  EXPECT_EQ((PairSelection{.first_token = 0, .first_movable = 0}.count(12)), 66U);
  EXPECT_EQ((PairSelection{.first_token = 1, .first_movable = 0}.count(12)), 55U);
}

TEST(Standardisation, CentresWithoutDividing) {
  TokenVectors vectors(std::vector<float>{1, 10, 3, 10, 5, 40}, 2);
  const Standardisation standard = standardisation(vectors, 0, false);
  EXPECT_EQ(standard.scale, (std::vector<double>{1, 1}));
  EXPECT_DOUBLE_EQ(standard.shift[0], 3);
  EXPECT_DOUBLE_EQ(standard.shift[1], 20);
}

TEST(Standardisation, ADimensionThatDoesNotVaryIsNotDivided) {
  const TokenVectors vectors(std::vector<float>{1, 7, 3, 7, 5, 7}, 2);
  EXPECT_EQ(standardisation(vectors, 0, true).scale[1], 1.0);
}

}  // namespace similarity_test
}  // namespace tacet::measure
