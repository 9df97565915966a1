#include <algorithm>
#include <cmath>
#include <compare>
#include <cstddef>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include "stats/spread.h"
#include "tacet/error.h"
#include "tacet/stats.h"

namespace tacet {

namespace stats {

bool all_equal(std::span<const double> values) {
  return std::adjacent_find(values.begin(), values.end(), std::not_equal_to<>()) == values.end();
}

long double squared_deviations(std::span<const double> values) {
  if (all_equal(values)) return 0;
  const long double centre = mean(values);
  long double sum = 0;
  for (const double value : values) {
    const long double deviation = value - centre;
    sum += deviation * deviation;
  }
  return sum;
}

}  // namespace stats

namespace {

/// `values` in ascending order. IEEE's total order rather than <, so that a NaN that a caller lets
/// through cannot break the sort's requirements.
std::vector<double> sorted(std::span<const double> values, const char* what) {
  if (values.empty()) {
    throw UsageError(std::string(what) + " of no values does not exist; give at least one value");
  }
  std::vector<double> ordered(values.begin(), values.end());
  std::sort(ordered.begin(), ordered.end(),
            [](double a, double b) { return std::is_lt(std::strong_order(a, b)); });
  return ordered;
}

}  // namespace

double mean(std::span<const double> values) {
  if (values.empty()) return 0;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double sample_sd(std::span<const double> values) {
  if (values.size() < 2) return 0;
  const auto n = static_cast<long double>(values.size());
  return static_cast<double>(std::sqrt(stats::squared_deviations(values) / (n - 1)));
}

double median(std::span<const double> values) {
  const std::vector<double> ordered = sorted(values, "the median");
  const std::size_t middle = ordered.size() / 2;
  if (ordered.size() % 2 == 1) return ordered[middle];
  return std::midpoint(ordered[middle - 1], ordered[middle]);
}

double quantile(std::span<const double> values, double q) {
  if (!(q >= 0 && q <= 1)) {
    throw UsageError("a quantile of " + std::to_string(q) + " does not exist; q lies in 0 ... 1");
  }
  const std::vector<double> ordered = sorted(values, "a quantile");
  const double position = static_cast<double>(ordered.size() - 1) * q;
  const auto low = static_cast<std::size_t>(position);
  const std::size_t high = std::min(low + 1, ordered.size() - 1);
  // std::lerp never leaves [low, high] and is monotone in q, unlike a + t * (b - a).
  return std::lerp(ordered[low], ordered[high], position - static_cast<double>(low));
}

}  // namespace tacet
