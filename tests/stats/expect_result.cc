#include "stats/expect_result.h"

#include <cmath>

#include <gtest/gtest.h>

namespace tacet::testing {

void expect_no_numbers(const TestResult& result) {
  EXPECT_FALSE(result.statistic.has_value());
  EXPECT_FALSE(result.df.has_value());
  EXPECT_FALSE(result.se.has_value());
  EXPECT_FALSE(result.p.has_value());
  EXPECT_FALSE(result.log10_p.has_value());
  EXPECT_FALSE(result.p_adjusted.has_value());
  EXPECT_FALSE(result.significant);
  EXPECT_FALSE(result.ci_low.has_value());
  EXPECT_FALSE(result.ci_high.has_value());
  EXPECT_TRUE(result.token_share.empty());
}

void expect_no_nan(const TestResult& result) {
  for (const auto& value : {result.statistic, result.df, result.se, result.p, result.log10_p,
                            result.ci_low, result.ci_high}) {
    if (value) {
      EXPECT_FALSE(std::isnan(*value));
    }
  }
  for (const double share : result.token_share) EXPECT_FALSE(std::isnan(share));
  if (result.resampling) {
    EXPECT_FALSE(std::isnan(result.resampling->percentile_low.value_or(0)));
    EXPECT_FALSE(std::isnan(result.resampling->percentile_high.value_or(0)));
  }
  if (result.p) {
    EXPECT_GE(*result.p, 0.0);
    EXPECT_LE(*result.p, 1.0);
    ASSERT_TRUE(result.log10_p.has_value());
    EXPECT_LE(*result.log10_p, 0.0);
  }
}

void expect_answer(const TestResult& result) {
  expect_no_nan(result);
  EXPECT_EQ(result.statistic.has_value(), result.p.has_value());
  if (!result.p) {
    EXPECT_FALSE(result.note.empty());
  }
}

void expect_near(const std::optional<double>& value, const std::optional<double>& other,
                 double tolerance) {
  ASSERT_TRUE(value.has_value());
  ASSERT_TRUE(other.has_value());
  EXPECT_NEAR(*value, *other, tolerance * std::abs(*other));
}

void expect_same_numbers(const TestResult& one, const TestResult& other) {
  expect_near(one.statistic, other.statistic);
  expect_near(one.se, other.se);
  expect_near(one.p, other.p, 10 * kReordered);
  expect_near(one.log10_p, other.log10_p, 10 * kReordered);
  expect_near(one.ci_low, other.ci_low, 10 * kReordered);
  expect_near(one.ci_high, other.ci_high, 10 * kReordered);
}

}  // namespace tacet::testing
