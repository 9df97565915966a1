// Pearson's correlation and the test of equal spread where SciPy has no number to compare with;
// tests/experiment/comparison_test.cc holds both against SciPy.
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "tacet/error.h"
#include "tacet/stats.h"

namespace tacet {
namespace correlation_test {

using Values = std::vector<double>;

TEST(Correlation, IsExactForEqualSamples) {
  EXPECT_EQ(correlation(Values{0.1, 0.7, -3}, Values{0.1, 0.7, -3}), 1);
  EXPECT_EQ(correlation(Values{1, 2}, Values{4, 3}), -1);
}

TEST(Correlation, DoesNotExistWithoutSpread) {
  EXPECT_FALSE(correlation(Values{1, 2, 3}, Values{5, 5, 5}).has_value());
  EXPECT_FALSE(correlation(Values{0.1, 0.1, 0.1}, Values{1, 2, 3}).has_value());
  EXPECT_FALSE(correlation(Values{1}, Values{2}).has_value());
  EXPECT_FALSE(correlation(Values{}, Values{}).has_value());
  EXPECT_THROW(correlation(Values{1, 2}, Values{1}), UsageError);
}

TEST(Correlation, OfTheSmallestAndLargestNumbers) {
  for (const double scale : {1e-300, 1.0, 1e300}) {
    const auto r = correlation(Values{scale, 2 * scale, -scale}, Values{1, 2, 2});
    EXPECT_NEAR(r.value(), -1 / std::sqrt(28.0), 1e-12) << scale;
  }
}

TEST(EqualSpread, OfAMultipleIsInfinite) {
  // Sum and difference of x and 2x are multiples of one another.
  const auto test = equal_spread_test(Values{1, 2, 4, -8}, Values{2, 4, 8, -16});
  ASSERT_TRUE(test.has_value());
  EXPECT_TRUE(std::isinf(test->statistic));
  EXPECT_GT(test->statistic, 0);
  EXPECT_EQ(test->p, 0);
  EXPECT_EQ(test->df, 2);
}

TEST(EqualSpread, OfEqualSpreadsIsZero) {
  const auto test = equal_spread_test(Values{1, -1, 0, 0}, Values{0, 0, 1, -1});
  ASSERT_TRUE(test.has_value());
  EXPECT_EQ(test->statistic, 0);
  EXPECT_EQ(test->p, 1);
}

TEST(EqualSpread, DoesNotExistForTooLittle) {
  EXPECT_FALSE(equal_spread_test(Values{1, 2}, Values{2, 4}).has_value());
  EXPECT_FALSE(equal_spread_test(Values{1, 2, 3}, Values{5, 5, 5}).has_value());
  EXPECT_FALSE(equal_spread_test(Values{5, 5, 5}, Values{1, 2, 3}).has_value());
  EXPECT_FALSE(equal_spread_test(Values{1, 2, 3}, Values{1, 2, 3}).has_value());
  EXPECT_FALSE(equal_spread_test(Values{1, 2, 3}, Values{-1, -2, -3}).has_value());
  EXPECT_THROW(equal_spread_test(Values{1, 2, 3}, Values{1}), UsageError);
}

}  // namespace correlation_test
}  // namespace tacet
