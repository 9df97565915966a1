#include <cstddef>
#include <string>

#include "stats/spread.h"
#include "tacet/error.h"
#include "tacet/stats.h"

namespace tacet {

std::optional<double> least_squares_slope(std::span<const double> x, std::span<const double> y) {
  if (x.size() != y.size()) {
    throw UsageError("a line through points got " + std::to_string(x.size()) + " x and " +
                     std::to_string(y.size()) + " y; give as many of each");
  }
  if (x.size() < 2 || stats::all_equal(x)) return std::nullopt;
  const long double mean_x = mean(x);
  const long double mean_y = mean(y);
  long double products = 0;
  long double squares = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const long double deviation = x[i] - mean_x;
    products += deviation * (y[i] - mean_y);
    squares += deviation * deviation;
  }
  return static_cast<double>(products / squares);
}

}  // namespace tacet
