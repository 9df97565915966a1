#include "stats/normal.h"

#include <cmath>
#include <numbers>

#include <boost/math/distributions/normal.hpp>

#include "stats/quiet.h"

namespace tacet::stats {
namespace {

using Normal = boost::math::normal_distribution<long double, Quiet>;

/// From here on the asymptotic series of the tail is exact to the last digit of a double.
constexpr long double kFarTail = 38;

}  // namespace

double normal_cdf(double z) {
  return static_cast<double>(cdf(Normal(), static_cast<long double>(z)));
}

double normal_quantile(double p) {
  return static_cast<double>(quantile(Normal(), static_cast<long double>(p)));
}

double log10_two_sided_normal(long double z) {
  const long double x = std::abs(z);
  if (x < kFarTail) return static_cast<double>(std::log10(2 * cdf(complement(Normal(), x))));
  if (std::isinf(x)) return -static_cast<double>(x);
  // Abramowitz and Stegun 26.2.12: Q(x) = phi(x) / x * (1 - 1/x^2 + 3/x^4 - 15/x^6 + ...).
  const long double s = 1 / (x * x);
  const long double series = 1 - s * (1 - 3 * s * (1 - 5 * s * (1 - 7 * s)));
  const long double log_density =
      -x * x / 2 - std::log(2 * std::numbers::pi_v<long double>) / 2 - std::log(x);
  return static_cast<double>((log_density + std::log(2 * series)) /
                             std::numbers::ln10_v<long double>);
}

}  // namespace tacet::stats
