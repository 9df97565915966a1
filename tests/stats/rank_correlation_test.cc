#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>
#include <random>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tacet/error.h"
#include "tacet/stats.h"

namespace tacet {
namespace rank_correlation_test {

using Values = std::vector<double>;

TEST(RankCorrelation, IsSciPys) {
  std::ifstream file(TACET_TEST_DATA "/geometry.json");
  ASSERT_TRUE(file);
  const nlohmann::json golden = nlohmann::json::parse(file);
  ASSERT_GE(golden.at("rank_correlation").size(), 5U);
  for (const nlohmann::json& one : golden.at("rank_correlation")) {
    const auto found = rank_correlation(one.at("x").get<Values>(), one.at("y").get<Values>());
    ASSERT_TRUE(found.has_value());
    EXPECT_NEAR(*found, one.at("rho").get<double>(), 1e-12);
  }
}

TEST(RankCorrelation, IsTheCorrelationOfMeanRanks) {
  // Ranks 1, 2.5, 2.5, 4 and 1, 3, 2, 4: deviations' products 4.5, squares 4.5 and 5.
  const auto found = rank_correlation(Values{1, 5, 5, 9}, Values{0.1, 0.3, 0.2, 0.9});
  ASSERT_TRUE(found.has_value());
  EXPECT_NEAR(*found, 4.5 / std::sqrt(4.5 * 5), 1e-15);
}

TEST(RankCorrelation, IsExactlyOneWhereTheOrderIsKept) {
  const Values x = {0.3, -1, 0.7, 0.7, 2};
  EXPECT_EQ(rank_correlation(x, x), 1.0);
  EXPECT_EQ(rank_correlation(x, Values{3, 2, 5, 5, 90}), 1.0);
  EXPECT_DOUBLE_EQ(*rank_correlation(Values{1, 2, 3}, Values{3, 2, 1}), -1.0);
}

TEST(RankCorrelation, IsNullWhereASideDoesNotVary) {
  EXPECT_FALSE(rank_correlation(Values{1, 1, 1}, Values{1, 2, 3}).has_value());
  EXPECT_FALSE(rank_correlation(Values{1, 2, 3}, Values{1, 1, 1}).has_value());
  EXPECT_FALSE(rank_correlation(Values{2, 2}, Values{2, 2}).has_value());
  EXPECT_FALSE(rank_correlation(Values{2}, Values{3}).has_value());
  EXPECT_FALSE(rank_correlation(Values{}, Values{}).has_value());
  EXPECT_THROW(rank_correlation(Values{1, 2}, Values{1}), UsageError);
}

TEST(RankCorrelation, TheBitsDoNotDependOnTheOrderOfThePairs) {
  std::mt19937 generator(11);
  std::normal_distribution<double> normal;
  Values x(200);
  Values y(200);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = std::round(8 * normal(generator));
    y[i] = x[i] / 8 + normal(generator);
  }
  const auto first = rank_correlation(x, y);
  std::vector<std::size_t> order(x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (int round = 0; round < 5; ++round) {
    std::ranges::shuffle(order, generator);
    Values u;
    Values v;
    for (const std::size_t i : order) {
      u.push_back(x[i]);
      v.push_back(y[i]);
    }
    EXPECT_EQ(rank_correlation(u, v), first);
    EXPECT_EQ(rank_correlation(v, u), first);
  }
}

}  // namespace rank_correlation_test
}  // namespace tacet
