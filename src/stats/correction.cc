#include <algorithm>
#include <compare>
#include <cstddef>
#include <numeric>
#include <string>
#include <vector>

#include "tacet/error.h"
#include "tacet/stats.h"

namespace tacet {

namespace {

/// The indices of `p` from the smallest value to the largest. IEEE's total order, so that a NaN
/// that a caller lets through cannot break the sort's requirements.
std::vector<std::size_t> ascending(const std::vector<double>& p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&p](std::size_t a, std::size_t b) {
    return std::is_lt(std::strong_order(p[a], p[b]));
  });
  return order;
}

/// Holm 1979, step-down: the k-th smallest of m is multiplied by m - k + 1, and none falls below
/// the one before it. Tests that are not given have p = 1 and rank last, so they change nothing.
std::vector<double> holm(const std::vector<double>& p, std::size_t family_size) {
  std::vector<double> adjusted(p.size());
  double highest = 0;
  std::size_t remaining = family_size;
  for (const std::size_t i : ascending(p)) {
    highest = std::max(highest, std::min(1.0, p[i] * static_cast<double>(remaining)));
    adjusted[i] = highest;
    --remaining;
  }
  return adjusted;
}

/// Benjamini and Hochberg 1995, step-up: the k-th smallest of m is multiplied by m / k, and none
/// rises above the one after it.
std::vector<double> benjamini_hochberg(const std::vector<double>& p, std::size_t family_size) {
  const std::vector<std::size_t> order = ascending(p);
  std::vector<double> adjusted(p.size());
  double lowest = 1;
  for (std::size_t rank = p.size(); rank > 0; --rank) {
    const std::size_t i = order[rank - 1];
    // m / k first: exactly 1 at the last rank, so that rounding cannot lift BH above Holm.
    const double factor = static_cast<double>(family_size) / static_cast<double>(rank);
    lowest = std::min(lowest, p[i] * factor);
    adjusted[i] = lowest;
  }
  return adjusted;
}

std::vector<double> adjusted_values(const std::vector<double>& p, Correction correction,
                                    std::size_t family_size) {
  switch (correction) {
    case Correction::holm:
      return holm(p, family_size);
    case Correction::bh:
      return benjamini_hochberg(p, family_size);
    case Correction::none:
      return p;
    case Correction::bonferroni:
      break;
  }
  std::vector<double> adjusted(p.size());
  std::transform(p.begin(), p.end(), adjusted.begin(), [family_size](double value) {
    return std::min(1.0, value * static_cast<double>(family_size));
  });
  return adjusted;
}

}  // namespace

std::vector<std::optional<double>> adjust_p_values(std::span<const std::optional<double>> p,
                                                   Correction correction, std::size_t family_size) {
  if (family_size < p.size()) {
    throw UsageError("a family of " + std::to_string(family_size) + " tests cannot hold " +
                     std::to_string(p.size()) + " p-values; count every test in the family");
  }
  std::vector<double> values(p.size());
  std::transform(p.begin(), p.end(), values.begin(),
                 [](const std::optional<double>& value) { return value.value_or(1.0); });
  const std::vector<double> adjusted = adjusted_values(values, correction, family_size);
  std::vector<std::optional<double>> result(p.begin(), p.end());
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (result[i]) result[i] = adjusted[i];
  }
  return result;
}

}  // namespace tacet
