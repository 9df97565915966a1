#include "measure/dimensions.h"

#include <algorithm>
#include <numeric>

namespace tacet::measure {

std::vector<double> dimension_contributions(const TokenVectors& vectors,
                                            std::span<const double> norms,
                                            const PairSelection& pairs) {
  const std::size_t n = vectors.n_tokens();
  const std::size_t d_model = vectors.d_model();
  std::vector<double> contributions(d_model, 0.0);
  // A token meets the sum of the unit vectors before it: n d operations, not one for each pair.
  std::vector<double> before(d_model, 0.0);
  for (std::size_t token = pairs.first_token; token < n; ++token) {
    const std::span<const double> v = vectors.row(token);
    for (std::size_t k = 0; k < d_model; ++k) {
      const double unit = v[k] / norms[token];
      if (token >= pairs.first_movable) contributions[k] += unit * before[k];
      before[k] += unit;
    }
  }
  const std::size_t count = pairs.count(n);
  if (count == 0) return contributions;
  for (double& value : contributions) value /= static_cast<double>(count);
  return contributions;
}

std::vector<std::size_t> largest(std::span<const double> values, std::size_t count) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto stands_before = [&](std::size_t a, std::size_t b) {
    return values[a] != values[b] ? values[a] > values[b] : a < b;
  };
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
                    stands_before);
  order.resize(count);
  return order;
}

void leave_out(std::span<const std::size_t> dimensions, TokenVectors& vectors) {
  for (std::size_t token = 0; token < vectors.n_tokens(); ++token) {
    const std::span<double> v = vectors.row(token);
    for (const std::size_t k : dimensions) v[k] = 0;
  }
}

}  // namespace tacet::measure
