#include <algorithm>
#include <cmath>
#include <numeric>

#include "tacet/error.h"
#include "tacet/stats.h"

namespace tacet {
namespace {

/// Twice the rank of every value, less n + 1: whole numbers that sum to 0, so that sums of their
/// products are exact and do not depend on the order of the values.
std::vector<double> centred_ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
  std::vector<double> ranks(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    // The ranks begin + 1 to end have the mean (begin + 1 + end) / 2.
    const double rank =
        static_cast<double>(begin + 1 + end) - static_cast<double>(values.size() + 1);
    for (std::size_t k = begin; k < end; ++k) ranks[order[k]] = rank;
    begin = end;
  }
  return ranks;
}

}  // namespace

std::optional<double> rank_correlation(std::span<const double> x, std::span<const double> y) {
  if (x.size() != y.size()) throw UsageError("a rank correlation needs samples of one length");
  const std::vector<double> a = centred_ranks(x);
  const std::vector<double> b = centred_ranks(y);
  const double aa = std::inner_product(a.begin(), a.end(), a.begin(), 0.0);
  const double bb = std::inner_product(b.begin(), b.end(), b.begin(), 0.0);
  if (!(aa > 0) || !(bb > 0)) return std::nullopt;
  if (a == b) return 1.0;
  const double ab = std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
  return std::clamp(ab / (std::sqrt(aa) * std::sqrt(bb)), -1.0, 1.0);
}

}  // namespace tacet
