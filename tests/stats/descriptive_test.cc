// Means, spreads, order statistics, and the line through points.
#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tacet/error.h"
#include "tacet/stats.h"

namespace tacet {
namespace descriptive_test {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

std::vector<double> random_values(std::size_t n, unsigned seed) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal(0.3, 2.0);
  std::vector<double> values(n);
  for (double& value : values) value = normal(generator);
  return values;
}

TEST(Mean, OfNothingIsZero) {
  EXPECT_EQ(mean({}), 0.0);
}

TEST(Mean, IsThePlainSumInOrder) {
  // 1e16 swallows the ones that follow it: only summation in order gives exactly this.
  EXPECT_EQ(mean(std::vector{1e16, 1.0, 1.0, 0.0}), 1e16 / 4);
  EXPECT_EQ(mean(std::vector{1.0, 1.0, 1e16, 0.0}), (1e16 + 2) / 4);
}

TEST(SampleSd, ExactlyZeroWhenAllValuesAreEqual) {
  // The computed mean of seven 0.1 is not 0.1, so a computed sd would not be 0.
  const std::vector<double> values(7, 0.1);
  ASSERT_NE(mean(values), 0.1);
  EXPECT_EQ(sample_sd(values), 0.0);
}

TEST(SampleSd, ZeroBelowTwoValues) {
  EXPECT_EQ(sample_sd({}), 0.0);
  EXPECT_EQ(sample_sd(std::vector{3.0}), 0.0);
}

TEST(SampleSd, OneLastDigitIsNotEqual) {
  const double next = std::nextafter(1.0, 2.0);
  EXPECT_GT(sample_sd(std::vector{1.0, next}), 0.0);
}

TEST(SampleSd, TinyDeviationsDoNotUnderflow) {
  EXPECT_DOUBLE_EQ(sample_sd(std::vector{0.0, 2e-200}), std::sqrt(2.0) * 1e-200);
}

TEST(SampleSd, ShiftAndScale) {
  const std::vector<double> values = random_values(40, 1);
  std::vector<double> moved = values;
  for (double& value : moved) value = -4.0 * value + 1.0;
  EXPECT_NEAR(sample_sd(moved), 4 * sample_sd(values), 1e-13);
}

TEST(Median, OddEvenAndUnsorted) {
  EXPECT_EQ(median(std::vector{3.0, 1.0, 2.0}), 2.0);
  EXPECT_EQ(median(std::vector{4.0, 1.0, 3.0, 2.0}), 2.5);
  EXPECT_EQ(median(std::vector{-1.5}), -1.5);
}

TEST(Median, ChangesNoOrderOfItsArgument) {
  const std::vector<double> values{3.0, 1.0, 2.0};
  median(values);
  EXPECT_EQ(values, (std::vector{3.0, 1.0, 2.0}));
}

TEST(Median, OfNothingIsAnError) {
  EXPECT_THAT([] { median({}); }, ThrowsMessage<UsageError>(HasSubstr("median of no values")));
}

TEST(Quantile, OfNothingIsAnError) {
  EXPECT_THAT([] { quantile({}, 0.5); },
              ThrowsMessage<UsageError>(HasSubstr("quantile of no values")));
}

TEST(Quantile, OutsideZeroToOneIsAnError) {
  const std::vector<double> values{1.0, 2.0};
  for (const double q : {-0.01, 1.01, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_THAT([&] { quantile(values, q); }, ThrowsMessage<UsageError>(HasSubstr("0 ... 1")));
  }
}

TEST(Quantile, MonotoneBoundedAndBlindToOrder) {
  std::vector<double> values = random_values(37, 2);
  std::vector<double> shuffled = values;
  std::shuffle(shuffled.begin(), shuffled.end(), std::mt19937_64(3));
  std::sort(values.begin(), values.end());
  double last = values.front();
  for (int i = 0; i <= 1000; ++i) {
    const double q = i / 1000.0;
    const double result = quantile(shuffled, q);
    EXPECT_GE(result, last);
    EXPECT_EQ(result, quantile(values, q));
    last = result;
  }
  EXPECT_EQ(quantile(values, 0), values.front());
  EXPECT_EQ(last, values.back());
  EXPECT_EQ(quantile(values, 0.5), median(values));
}

TEST(OrderStatistics, SurviveNaN) {
  std::vector<double> values = random_values(200, 4);
  for (std::size_t i = 0; i < values.size(); i += 3) {
    values[i] = std::numeric_limits<double>::quiet_NaN();
  }
  // NaN ranks above every number, so the lower 133 values stay in order.
  double last = quantile(values, 0);
  for (int i = 0; i <= 131; ++i) {
    const double value = quantile(values, i / 199.0);
    EXPECT_GE(value, last);
    last = value;
  }
  EXPECT_TRUE(std::isnan(quantile(values, 1.0)));
}

TEST(Slope, OfAnExactLine) {
  const std::vector<double> x{3, 4, 5, 6};
  EXPECT_EQ(least_squares_slope(x, std::vector{1.0, -1.0, -3.0, -5.0}), -2.0);
  EXPECT_EQ(least_squares_slope(x, std::vector{7.0, 7.0, 7.0, 7.0}), 0.0);
}

TEST(Slope, NoneWithoutALine) {
  EXPECT_EQ(least_squares_slope({}, {}), std::nullopt);
  EXPECT_EQ(least_squares_slope(std::vector{1.0}, std::vector{1.0}), std::nullopt);
  EXPECT_EQ(least_squares_slope(std::vector{0.1, 0.1, 0.1}, std::vector{1.0, 2.0, 3.0}),
            std::nullopt);
}

TEST(Slope, BlindToOrderAndShift) {
  const std::vector<double> x = random_values(20, 5);
  const std::vector<double> y = random_values(20, 6);
  const double slope = least_squares_slope(x, y).value();
  std::vector<double> moved_x(x.rbegin(), x.rend());
  std::vector<double> moved_y(y.rbegin(), y.rend());
  for (double& value : moved_x) value += 10;
  for (double& value : moved_y) value = 3 * value - 5;
  EXPECT_NEAR(least_squares_slope(moved_x, moved_y).value(), 3 * slope, 1e-12);
}

TEST(Slope, LengthsThatDifferAreAnError) {
  EXPECT_THAT(
      [] {
        least_squares_slope(std::vector{1.0, 2.0}, std::vector{1.0});
      },
      ThrowsMessage<UsageError>(HasSubstr("2 x and 1 y")));
}

TEST(Names, AsTheCommandLineSpellsThem) {
  EXPECT_EQ(to_string(tacet::Test::paired), "paired");
  EXPECT_EQ(to_string(tacet::Test::independent), "independent");
  EXPECT_EQ(to_string(Correction::bonferroni), "bonferroni");
  EXPECT_EQ(to_string(Correction::holm), "holm");
  EXPECT_EQ(to_string(Correction::bh), "bh");
  EXPECT_EQ(to_string(Correction::none), "none");
}

}  // namespace descriptive_test
}  // namespace tacet
