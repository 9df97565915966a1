#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/gamma.hpp>

#include "stats/quiet.h"
#include "stats/spread.h"
#include "tacet/error.h"
#include "tacet/pair_tests.h"
#include "tacet/stats.h"

namespace tacet {

namespace {

/// In long double: with double, t * t overflows from 1e154 on, and df/(df + t^2), raised to df/2,
/// costs as many digits as df has.
using StudentsT = boost::math::students_t_distribution<long double, stats::Quiet>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

void check_degrees(double df) {
  if (!(df > 0)) {
    throw UsageError("a t distribution with " + std::to_string(df) +
                     " degrees of freedom does not exist; they must be above 0");
  }
}

void check_alpha(double alpha) {
  if (!(alpha > 0 && alpha < 1)) {
    throw UsageError("alpha is " + std::to_string(alpha) + "; it must lie between 0 and 1");
  }
}

void check_samples(std::span<const double> clean, std::span<const double> silenced, double alpha) {
  check_alpha(alpha);
  if (clean.size() != silenced.size()) {
    throw UsageError("a t-test got " + std::to_string(clean.size()) + " clean and " +
                     std::to_string(silenced.size()) +
                     " silenced values; give the same pairs in the same order");
  }
  if (clean.size() < 2) {
    throw UsageError("a t-test needs at least 2 pairs and got " + std::to_string(clean.size()) +
                     "; compare more tokens");
  }
}

std::vector<double> differences(std::span<const double> clean, std::span<const double> silenced) {
  std::vector<double> deltas(clean.size());
  std::transform(silenced.begin(), silenced.end(), clean.begin(), deltas.begin(), std::minus<>());
  return deltas;
}

/// The test of a mean change with the given standard error. With an error of 0 the change is
/// certain: t is infinite and the interval is the point.
TTest test_of(double mean_delta, long double standard_error, double df, double alpha) {
  TTest test;
  test.df = df;
  test.se = static_cast<double>(standard_error);
  const double critical = critical_t(alpha, df);
  if (standard_error == 0) {
    test.t = std::copysign(kInfinity, mean_delta);
    test.p = 0;
    test.ci_low = test.ci_high = mean_delta;
    return test;
  }
  test.t = static_cast<double>(mean_delta / standard_error);
  test.p = two_sided_p(test.t, df);
  const long double margin = critical * standard_error;
  test.ci_low = static_cast<double>(mean_delta - margin);
  test.ci_high = static_cast<double>(mean_delta + margin);
  return test;
}

long double long_two_sided_p(double t, double df) {
  check_degrees(df);
  // Boost takes the square root of 1 - t^2 here and loses half of the digits of a small t.
  if (df == 1)
    return std::atan2(1.0L, std::abs(static_cast<long double>(t))) * 2 *
           std::numbers::inv_pi_v<long double>;
  const StudentsT distribution(df);
  return 2 * cdf(distribution, -std::abs(static_cast<long double>(t)));
}

/// log10 of the tail where even a long double is too small: the first terms of the incomplete beta
/// function at x = df / (df + t^2) near 0, I_x(a, 1/2) = x^a / (a B(a, 1/2)) (1 + a x / (2 (a+1)) +
/// ...), DLMF 8.17.8. x is below 1e-16 here for any df below 300; for others the next terms are
/// added.
double far_log10_p(double t, double df) {
  const long double a = static_cast<long double>(df) / 2;
  const long double log_t = std::log(std::abs(static_cast<long double>(t)));
  const long double log_df = std::log(static_cast<long double>(df));
  // log of df / (df + t^2) without the square.
  const long double log_x = -(2 * log_t - log_df) - std::log1p(std::exp(log_df - 2 * log_t));
  const long double x = std::exp(log_x);
  long double term = 1;
  long double series = 1;
  for (int k = 0; k < 100000; ++k) {
    // I_x(a, b) = x^a (1-x)^b / (a B(a, b)) * sum of (a+b)_k / (a+1)_k x^k.
    term *= x * (a + 0.5L + static_cast<long double>(k)) / (a + 1 + static_cast<long double>(k));
    series += term;
    if (term < series * std::numeric_limits<long double>::epsilon()) break;
  }
  // Not std::lgamma, which writes a global.
  const long double log_beta = boost::math::lgamma(a, stats::Quiet()) +
                               boost::math::lgamma(0.5L, stats::Quiet()) -
                               boost::math::lgamma(a + 0.5L, stats::Quiet());
  const long double log_p =
      a * log_x + std::log1p(-x) / 2 - std::log(a) - log_beta + std::log(series);
  return static_cast<double>(log_p / std::numbers::ln10_v<long double>);
}

}  // namespace

double two_sided_p(double t, double df) {
  return static_cast<double>(long_two_sided_p(t, df));
}

double log10_two_sided_p(double t, double df) {
  const long double p = long_two_sided_p(t, df);
  if (std::isinf(t)) return -kInfinity;
  if (p > std::numeric_limits<double>::min()) return static_cast<double>(std::log10(p));
  return far_log10_p(t, df);
}

double critical_t(double alpha, double df) {
  check_degrees(df);
  check_alpha(alpha);
  // A sweep asks for a few of them tens of thousands of times, and one takes as long as ten p.
  struct Known {
    double alpha;
    double df;
    double critical;
  };
  constexpr std::size_t kRemembered = 8;
  thread_local std::array<Known, kRemembered> known = {};
  thread_local std::size_t oldest = 0;
  for (const Known& one : known) {
    if (one.alpha == alpha && one.df == df) return one.critical;
  }
  const StudentsT distribution(df);
  const auto critical =
      static_cast<double>(-quantile(distribution, static_cast<long double>(alpha) / 2));
  known[oldest] = {alpha, df, critical};
  oldest = (oldest + 1) % kRemembered;
  return critical;
}

std::optional<TTest> paired_t_test(std::span<const double> clean, std::span<const double> silenced,
                                   double alpha) {
  check_samples(clean, silenced, alpha);
  if (std::ranges::equal(clean, silenced)) return std::nullopt;
  const std::vector<double> deltas = differences(clean, silenced);
  const auto n = static_cast<long double>(deltas.size());
  const long double standard_error = std::sqrt(stats::squared_deviations(deltas) / (n - 1) / n);
  return test_of(mean(deltas), standard_error, static_cast<double>(n - 1), alpha);
}

std::optional<TTest> independent_t_test(std::span<const double> clean,
                                        std::span<const double> silenced, double alpha) {
  check_samples(clean, silenced, alpha);
  if (std::ranges::equal(clean, silenced)) return std::nullopt;
  const auto n = static_cast<long double>(clean.size());
  const long double pooled =
      (stats::squared_deviations(clean) + stats::squared_deviations(silenced)) / (2 * n - 2);
  // The mean of the differences, not the difference of the means: the same number, but a change of
  // 1e-7 between means near 1 keeps its digits.
  const double mean_delta = mean(differences(clean, silenced));
  return test_of(mean_delta, std::sqrt(2 * pooled / n), static_cast<double>(2 * n - 2), alpha);
}

TestResult t_test_result(Test name, std::span<const double> clean, std::span<const double> silenced,
                         double alpha) {
  const auto test = name == Test::independent ? independent_t_test(clean, silenced, alpha)
                                              : paired_t_test(clean, silenced, alpha);
  TestResult result;
  result.name = name;
  if (!test) return result;
  result.statistic = test->t;
  result.df = test->df;
  result.p = test->p;
  result.log10_p = log10_two_sided_p(test->t, test->df);
  result.ci_low = test->ci_low;
  result.ci_high = test->ci_high;
  result.se = test->se;
  return result;
}

std::optional<double> cohen_dz(double mean_delta, double sd_delta) {
  if (sd_delta != 0) return mean_delta / sd_delta;
  if (mean_delta == 0) return std::nullopt;
  return std::copysign(kInfinity, mean_delta);
}

}  // namespace tacet
