#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "stats/spread.h"
#include "tacet/error.h"
#include "tacet/stats.h"

namespace tacet {

std::optional<double> correlation(std::span<const double> x, std::span<const double> y) {
  if (x.size() != y.size()) throw UsageError("a correlation needs samples of one length");
  const long double xx = stats::squared_deviations(x);
  const long double yy = stats::squared_deviations(y);
  if (!(xx > 0) || !(yy > 0)) return std::nullopt;
  if (std::ranges::equal(x, y)) return 1.0;
  const long double centre_x = mean(x);
  const long double centre_y = mean(y);
  long double xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) xy += (x[i] - centre_x) * (y[i] - centre_y);
  return std::clamp(static_cast<double>(xy / (std::sqrt(xx) * std::sqrt(yy))), -1.0, 1.0);
}

std::optional<SpreadTest> equal_spread_test(std::span<const double> x, std::span<const double> y) {
  if (x.size() != y.size()) throw UsageError("a test of equal spread needs samples of one length");
  if (x.size() < 3 || stats::all_equal(x) || stats::all_equal(y)) return std::nullopt;
  std::vector<double> sums;
  std::vector<double> differences;
  for (std::size_t i = 0; i < x.size(); ++i) {
    sums.push_back(x[i] + y[i]);
    differences.push_back(y[i] - x[i]);
  }
  const std::optional<double> r = correlation(sums, differences);
  if (!r) return std::nullopt;
  SpreadTest test;
  test.df = static_cast<double>(x.size() - 2);
  // (1 - r)(1 + r) keeps the digits that 1 - r^2 loses near 1; it is 0 at r = +-1 alone.
  test.statistic = *r == 0 ? 0 : *r * std::sqrt(test.df / ((1 - *r) * (1 + *r)));
  test.p = two_sided_p(test.statistic, test.df);
  return test;
}

}  // namespace tacet
