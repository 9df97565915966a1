// The t-tests' edges and symmetries; their values are in golden_test.cc.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tacet/error.h"
#include "tacet/stats.h"

namespace tacet {
namespace t_test_test {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

struct Samples {
  std::vector<double> clean;
  std::vector<double> silenced;
};

Samples random_samples(std::size_t n, double shift, unsigned seed) {
  std::mt19937_64 generator(seed);
  std::uniform_real_distribution<double> cosine(-0.2, 0.9);
  std::normal_distribution<double> change(shift, 0.02);
  Samples samples;
  for (std::size_t i = 0; i < n; ++i) {
    samples.clean.push_back(cosine(generator));
    samples.silenced.push_back(samples.clean.back() + change(generator));
  }
  return samples;
}

class BothTests : public ::testing::TestWithParam<tacet::Test> {
 protected:
  static std::optional<TTest> test(const std::vector<double>& clean,
                                   const std::vector<double>& silenced, double alpha = 0.05) {
    return GetParam() == tacet::Test::paired ? paired_t_test(clean, silenced, alpha)
                                             : independent_t_test(clean, silenced, alpha);
  }
};

INSTANTIATE_TEST_SUITE_P(TTest, BothTests,
                         ::testing::Values(tacet::Test::paired, tacet::Test::independent),
                         [](const auto& given) { return std::string(to_string(given.param)); });

TEST_P(BothTests, UnchangedHasNoTest) {
  EXPECT_FALSE(test({0.1, 0.2, 0.3}, {0.1, 0.2, 0.3}).has_value());
  EXPECT_FALSE(test({0.1, 0.0, 0.3}, {0.1, -0.0, 0.3}).has_value());
}

TEST_P(BothTests, LengthsThatDifferAreAnError) {
  EXPECT_THAT(
      [] {
        test({0.1, 0.2}, {0.1, 0.2, 0.3});
      },
      ThrowsMessage<UsageError>(HasSubstr("2 clean and 3 silenced")));
}

TEST_P(BothTests, FewerThanTwoPairsAreAnError) {
  EXPECT_THAT([] { test({0.1}, {0.2}); },
              ThrowsMessage<UsageError>(HasSubstr("at least 2 pairs and got 1")));
  EXPECT_THROW(test({}, {}), UsageError);
}

TEST_P(BothTests, AlphaOutsideItsRangeIsAnError) {
  for (const double alpha : {0.0, 1.0, -0.05, kNaN}) {
    EXPECT_THAT(
        [alpha] {
          test({0.1, 0.2}, {0.2, 0.5}, alpha);
        },
        ThrowsMessage<UsageError>(HasSubstr("between 0 and 1")));
    EXPECT_THROW(test({0.1, 0.2}, {0.2, 0.3}, alpha), UsageError);
  }
}

TEST_P(BothTests, NoSpreadIsInfinite) {
  for (const double sign : {1.0, -1.0}) {
    const auto result = test({0.5, 0.5, 0.5}, {0.5 + sign / 8, 0.5 + sign / 8, 0.5 + sign / 8});
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result->t, sign * kInfinity);
    EXPECT_EQ(result->p, 0.0);
    EXPECT_EQ(result->ci_low, sign / 8);
    EXPECT_EQ(result->ci_high, sign / 8);
  }
}

TEST_P(BothTests, SwappedSamplesGiveTheOtherSign) {
  const Samples samples = random_samples(66, 0.004, 1);
  const TTest one = test(samples.clean, samples.silenced).value();
  const TTest other = test(samples.silenced, samples.clean).value();
  EXPECT_EQ(one.t, -other.t);
  EXPECT_EQ(one.p, other.p);
  EXPECT_EQ(one.ci_low, -other.ci_high);
  EXPECT_EQ(one.ci_high, -other.ci_low);
}

TEST_P(BothTests, BlindToTheOrderOfPairs) {
  const Samples samples = random_samples(66, 0.004, 2);
  std::vector<std::size_t> order(66);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::shuffle(order.begin(), order.end(), std::mt19937_64(3));
  Samples shuffled;
  for (const std::size_t i : order) {
    shuffled.clean.push_back(samples.clean[i]);
    shuffled.silenced.push_back(samples.silenced[i]);
  }
  const TTest one = test(samples.clean, samples.silenced).value();
  const TTest other = test(shuffled.clean, shuffled.silenced).value();
  EXPECT_NEAR(one.t, other.t, 1e-12 * std::abs(one.t));
  EXPECT_NEAR(one.p, other.p, 1e-11 * one.p);
}

TEST_P(BothTests, IntervalHoldsZeroExactlyWhenNotSignificant) {
  int significant = 0;
  for (unsigned seed = 0; seed < 400; ++seed) {
    const Samples samples = random_samples(10, 0.012, 100 + seed);
    const TTest result = test(samples.clean, samples.silenced, 0.1).value();
    EXPECT_GE(result.p, 0.0);
    EXPECT_LE(result.p, 1.0);
    EXPECT_EQ(result.p<0.1, result.ci_low> 0 || result.ci_high < 0) << result.p;
    if (result.p < 0.1) ++significant;
  }
  // Paired calls some of these and not all; the independent test, blind to the pairing, none.
  EXPECT_LT(significant, 400);
  if (GetParam() == tacet::Test::paired) {
    EXPECT_GT(significant, 40);
  }
}

TEST_P(BothTests, NaNGivesNoNumberAndNoCrash) {
  const auto result = test({0.1, kNaN, 0.3}, {0.2, 0.3, 0.5});
  ASSERT_TRUE(result.has_value());
  EXPECT_TRUE(std::isnan(result->p));
}

TEST(PairedTTest, EqualDifferencesAreDecidedByComparison) {
  // Differences of 0.5 exactly, but of values that vary: no spread for the paired test only.
  const std::vector<double> clean{0.125, 0.25, 0.375};
  const std::vector<double> silenced{0.625, 0.75, 0.875};
  EXPECT_EQ(paired_t_test(clean, silenced, 0.05).value().t, kInfinity);
  EXPECT_LT(independent_t_test(clean, silenced, 0.05).value().t, 10.0);
  // Seven differences of 0.1, whose computed mean is not 0.1.
  const std::vector<double> zeros(7, 0.0);
  const std::vector<double> tenths(7, -0.1);
  const TTest tenth = paired_t_test(zeros, tenths, 0.05).value();
  EXPECT_EQ(tenth.t, -kInfinity);
  EXPECT_EQ(tenth.ci_low, mean(tenths));
  EXPECT_EQ(tenth.ci_high, mean(tenths));
}

TEST(PairedTTest, DifferencesThatCancelGiveZero) {
  const TTest result = paired_t_test(std::vector{0.0, 0.0}, std::vector{0.25, -0.25}, 0.05).value();
  EXPECT_EQ(result.t, 0.0);
  EXPECT_EQ(result.p, 1.0);
  EXPECT_EQ(result.ci_low, -result.ci_high);
}

TEST(PairedTTest, TheSmallestDoublesGiveNumbers) {
  const double smallest = std::numeric_limits<double>::denorm_min();
  std::vector<double> silenced(100, 0.0);
  silenced[0] = smallest;
  const TTest result = paired_t_test(std::vector<double>(100, 0.0), silenced, 0.05).value();
  EXPECT_FALSE(std::isnan(result.t));
  EXPECT_FALSE(std::isnan(result.p));
  const TTest tiny =
      paired_t_test(std::vector{0.0, 0.0, 0.0}, std::vector{1e-200, 2e-200, 3e-200}, 0.05).value();
  EXPECT_NEAR(tiny.t, std::sqrt(12.0), 1e-13);
}

TEST(PairedTTest, DegreesOfFreedom) {
  const Samples samples = random_samples(66, 0.01, 7);
  EXPECT_EQ(paired_t_test(samples.clean, samples.silenced, 0.05).value().df, 65.0);
  EXPECT_EQ(independent_t_test(samples.clean, samples.silenced, 0.05).value().df, 130.0);
}

TEST(TwoSidedP, EndsAndSymmetry) {
  for (const double df : {1.0, 2.0, 65.0, 1e5}) {
    EXPECT_EQ(two_sided_p(0.0, df), 1.0);
    EXPECT_EQ(two_sided_p(kInfinity, df), 0.0);
    EXPECT_EQ(two_sided_p(-kInfinity, df), 0.0);
    EXPECT_EQ(two_sided_p(-1.7, df), two_sided_p(1.7, df));
    EXPECT_TRUE(std::isnan(two_sided_p(kNaN, df)));
  }
}

TEST(TwoSidedP, UnderflowIsZero) {
  EXPECT_EQ(two_sided_p(1e10, 1000.0), 0.0);
  EXPECT_EQ(two_sided_p(std::numeric_limits<double>::max(), 65.0), 0.0);
  // Below the smallest normal double, above the smallest of all: 1/t^2 for two degrees.
  EXPECT_NEAR(two_sided_p(1e155, 2.0), 1e-310, 1e-322);
}

TEST(TwoSidedP, FallsAsTGrows) {
  for (const double df : {1.0, 3.0, 11.0, 65.0, 275.0, 1e5}) {
    double last = 1;
    for (double t = 1e-6; t < 1e4; t *= 1.07) {
      const double p = two_sided_p(t, df);
      EXPECT_TRUE(p < last || p == 0) << "t " << t << ", df " << df;
      EXPECT_GE(p, 0.0);
      last = p;
    }
  }
}

TEST(TwoSidedP, DegreesOfFreedomMustBePositive) {
  for (const double df : {0.0, -1.0, kNaN}) {
    EXPECT_THAT([df] { two_sided_p(1.0, df); },
                ThrowsMessage<UsageError>(HasSubstr("degrees of freedom")));
    EXPECT_THROW(critical_t(0.05, df), UsageError);
  }
}

TEST(CriticalT, UndoesTwoSidedP) {
  for (const double df : {1.0, 2.0, 14.0, 65.0, 1e4}) {
    for (const double alpha : {0.999, 0.3, 0.05, 1e-4, 1e-20}) {
      EXPECT_NEAR(two_sided_p(critical_t(alpha, df), df), alpha, 1e-11 * alpha);
    }
  }
}

TEST(CohenDz, EdgesAndSign) {
  EXPECT_EQ(cohen_dz(0.0, 0.0), std::nullopt);
  EXPECT_EQ(cohen_dz(0.5, 0.0), kInfinity);
  EXPECT_EQ(cohen_dz(-0.5, 0.0), -kInfinity);
  EXPECT_EQ(cohen_dz(-0.5, 0.25), -2.0);
  EXPECT_EQ(cohen_dz(0.0, 0.25), 0.0);
}

TEST(CohenDz, IsTOverTheRootOfTheNumberOfPairs) {
  const Samples samples = random_samples(66, 0.01, 8);
  std::vector<double> deltas(66);
  for (std::size_t i = 0; i < 66; ++i) deltas[i] = samples.silenced[i] - samples.clean[i];
  const double t = paired_t_test(samples.clean, samples.silenced, 0.05).value().t;
  EXPECT_NEAR(cohen_dz(mean(deltas), sample_sd(deltas)).value() * std::sqrt(66.0), t, 1e-13 * t);
}

}  // namespace t_test_test
}  // namespace tacet
