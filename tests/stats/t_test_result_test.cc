// Edges of a t-test's result and of the logarithm of its p; the values are in
// pair_tests_golden_test.cc.
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "stats/expect_result.h"
#include "stats/pair_blocks.h"
#include "tacet/error.h"
#include "tacet/pair_tests.h"

namespace tacet {
namespace t_test_result_test {

using testing::expect_no_numbers;
using testing::expect_same_numbers;
using testing::kAlpha;
using testing::random_values;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(TTestResult, IsTheTTest) {
  const std::vector<double> clean = random_values(28, 0.0, 1);
  std::vector<double> silenced = random_values(28, 0.1, 2);
  for (std::size_t k = 0; k < clean.size(); ++k) silenced[k] = clean[k] + 0.1 * silenced[k];
  for (const bool paired : {true, false}) {
    const auto name = paired ? tacet::Test::paired : tacet::Test::independent;
    const TTest plain = paired ? paired_t_test(clean, silenced, 0.1).value()
                               : independent_t_test(clean, silenced, 0.1).value();
    const TestResult result = t_test_result(name, clean, silenced, 0.1);
    EXPECT_EQ(result.name, name);
    EXPECT_EQ(result.statistic, plain.t);
    EXPECT_EQ(result.df, plain.df);
    EXPECT_EQ(result.se, plain.se);
    EXPECT_EQ(result.p, plain.p);
    EXPECT_EQ(result.ci_low, plain.ci_low);
    EXPECT_EQ(result.ci_high, plain.ci_high);
    EXPECT_EQ(result.log10_p, log10_two_sided_p(plain.t, plain.df));
    EXPECT_FALSE(result.resampling.has_value());
    EXPECT_FALSE(result.p_adjusted.has_value());
    EXPECT_FALSE(result.significant);
  }
}

TEST(TTestResult, ErrorsAreThoseOfTheTTest) {
  const std::vector<double> two{0.1, 0.2};
  const std::vector<double> three{0.1, 0.2, 0.4};
  const std::vector<double> other{0.2, 0.2, 0.3};
  const std::vector<double> one{0.1};
  for (const auto name : {tacet::Test::paired, tacet::Test::independent}) {
    EXPECT_THROW(t_test_result(name, two, three, kAlpha), UsageError);
    EXPECT_THROW(t_test_result(name, one, one, kAlpha), UsageError);
    EXPECT_THROW(t_test_result(name, {}, {}, kAlpha), UsageError);
    for (const double alpha : {0.0, 1.0, -0.05, kNaN}) {
      EXPECT_THROW(t_test_result(name, three, other, alpha), UsageError);
    }
  }
}

TEST(TTestResult, UnchangedHasNoNumbersAndNoNote) {
  const std::vector<double> values{0.1, 0.0, 0.4};
  for (const auto name : {tacet::Test::paired, tacet::Test::independent}) {
    const TestResult result = t_test_result(name, values, values, kAlpha);
    EXPECT_EQ(result.name, name);
    expect_no_numbers(result);
    EXPECT_TRUE(result.note.empty()) << result.note;
  }
}

TEST(TTestResult, EqualChangesAreInfinite) {
  const std::vector<double> clean{0.125, 0.25, 0.375, 0.75};
  for (const double change : {0.5, -0.5}) {
    std::vector<double> silenced = clean;
    for (double& s : silenced) s += change;
    const TestResult result = t_test_result(tacet::Test::paired, clean, silenced, kAlpha);
    EXPECT_EQ(result.statistic, std::copysign(kInfinity, change));
    EXPECT_EQ(result.se, 0.0);
    EXPECT_EQ(result.p, 0.0);
    EXPECT_EQ(result.log10_p, -kInfinity);
    EXPECT_EQ(result.ci_low, change);
    EXPECT_EQ(result.ci_high, change);
  }
}

TEST(TTestResult, AConstantOnBothSidesChangesNothing) {
  // Multiples of 2^-20, so that the changes stay the same to the bit.
  std::mt19937_64 generator(9);
  std::uniform_int_distribution<int> step(0, 1 << 19);
  std::vector<double> clean(66);
  std::vector<double> silenced(66);
  for (std::size_t k = 0; k < clean.size(); ++k) {
    clean[k] = step(generator) * 0x1p-20;
    silenced[k] = clean[k] + (step(generator) - (1 << 18) + 9000) * 0x1p-24;
  }
  std::vector<double> clean_shifted = clean;
  std::vector<double> silenced_shifted = silenced;
  for (double& c : clean_shifted) c += 0.25;
  for (double& s : silenced_shifted) s += 0.25;
  for (const auto name : {tacet::Test::paired, tacet::Test::independent}) {
    expect_same_numbers(t_test_result(name, clean_shifted, silenced_shifted, kAlpha),
                        t_test_result(name, clean, silenced, kAlpha));
  }
}

TEST(Log10OfP, EndsAndSymmetry) {
  for (const double df : {0.5, 1.0, 2.0, 65.0, 1e5}) {
    EXPECT_EQ(log10_two_sided_p(0.0, df), 0.0);
    EXPECT_EQ(log10_two_sided_p(kInfinity, df), -kInfinity);
    EXPECT_EQ(log10_two_sided_p(-kInfinity, df), -kInfinity);
    EXPECT_EQ(log10_two_sided_p(-1.7, df), log10_two_sided_p(1.7, df));
    EXPECT_TRUE(std::isfinite(log10_two_sided_p(std::numeric_limits<double>::max(), df)));
  }
}

TEST(Log10OfP, DegreesOfFreedomMustBePositive) {
  for (const double df : {0.0, -1.0, kNaN}) {
    EXPECT_THROW(log10_two_sided_p(1.0, df), UsageError);
  }
}

TEST(Log10OfP, IsTheLogarithmOfPAndGoesOnWherePEnds) {
  for (const double df : {1.0, 3.0, 11.0, 65.0, 275.0, 1e5}) {
    double last = 0;
    for (double t = 1e-3; t < 1e9; t *= 1.03) {
      const double log10_p = log10_two_sided_p(t, df);
      EXPECT_LT(log10_p, last) << "t " << t << ", df " << df;
      const double p = two_sided_p(t, df);
      if (p > 1e-300) {
        EXPECT_NEAR(log10_p, std::log10(p), 1e-12 * std::abs(log10_p) + 1e-15);
      }
      last = log10_p;
    }
  }
}

}  // namespace t_test_result_test
}  // namespace tacet
