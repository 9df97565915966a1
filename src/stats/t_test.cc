#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include <boost/math/distributions/students_t.hpp>

#include "stats/spread.h"
#include "tacet/error.h"
#include "tacet/stats.h"

namespace tacet {

namespace {

namespace policies = boost::math::policies;

/// Results that leave the range of double become 0 or infinity, as IEEE has it; nothing throws.
using Quiet = policies::policy<policies::domain_error<policies::ignore_error>,
                               policies::pole_error<policies::ignore_error>,
                               policies::overflow_error<policies::ignore_error>,
                               policies::underflow_error<policies::ignore_error>,
                               policies::denorm_error<policies::ignore_error>,
                               policies::evaluation_error<policies::ignore_error>>;

/// In long double: with double, t * t overflows from 1e154 on, and df/(df + t^2), raised to df/2,
/// costs as many digits as df has.
using StudentsT = boost::math::students_t_distribution<long double, Quiet>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

void check_degrees(double df) {
  if (!(df > 0)) {
    throw UsageError("a t distribution with " + std::to_string(df) +
                     " degrees of freedom does not exist; they must be above 0");
  }
}

void check_samples(std::span<const double> clean, std::span<const double> silenced) {
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

}  // namespace

double two_sided_p(double t, double df) {
  check_degrees(df);
  // Boost takes the square root of 1 - t^2 here and loses half of the digits of a small t.
  if (df == 1)
    return static_cast<double>(std::atan2(1.0L, std::abs(static_cast<long double>(t))) * 2 *
                               std::numbers::inv_pi_v<long double>);
  const StudentsT distribution(df);
  return static_cast<double>(2 * cdf(distribution, -std::abs(static_cast<long double>(t))));
}

double critical_t(double alpha, double df) {
  check_degrees(df);
  if (!(alpha > 0 && alpha < 1)) {
    throw UsageError("alpha is " + std::to_string(alpha) + "; it must lie between 0 and 1");
  }
  const StudentsT distribution(df);
  return static_cast<double>(-quantile(distribution, static_cast<long double>(alpha) / 2));
}

std::optional<TTest> paired_t_test(std::span<const double> clean, std::span<const double> silenced,
                                   double alpha) {
  check_samples(clean, silenced);
  if (std::ranges::equal(clean, silenced)) return std::nullopt;
  const std::vector<double> deltas = differences(clean, silenced);
  const auto n = static_cast<long double>(deltas.size());
  const long double standard_error = std::sqrt(stats::squared_deviations(deltas) / (n - 1) / n);
  return test_of(mean(deltas), standard_error, static_cast<double>(n - 1), alpha);
}

std::optional<TTest> independent_t_test(std::span<const double> clean,
                                        std::span<const double> silenced, double alpha) {
  check_samples(clean, silenced);
  if (std::ranges::equal(clean, silenced)) return std::nullopt;
  const auto n = static_cast<long double>(clean.size());
  const long double pooled =
      (stats::squared_deviations(clean) + stats::squared_deviations(silenced)) / (2 * n - 2);
  // The mean of the differences, not the difference of the means: the same number, but a change of
  // 1e-7 between means near 1 keeps its digits.
  const double mean_delta = mean(differences(clean, silenced));
  return test_of(mean_delta, std::sqrt(2 * pooled / n), static_cast<double>(2 * n - 2), alpha);
}

std::optional<double> cohen_dz(double mean_delta, double sd_delta) {
  if (sd_delta != 0) return mean_delta / sd_delta;
  if (mean_delta == 0) return std::nullopt;
  return std::copysign(kInfinity, mean_delta);
}

}  // namespace tacet
