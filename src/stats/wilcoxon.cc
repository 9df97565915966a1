// Wilcoxon's signed-rank test.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

#include <boost/math/distributions/normal.hpp>

#include "stats/normal.h"
#include "stats/quiet.h"
#include "tacet/pair_tests.h"

namespace tacet {
namespace {

/// Most changes whose distribution is counted out; 2^50 patterns are whole numbers in a double.
constexpr std::size_t kMostExact = 50;

struct Ranks {
  double positive = 0;  // W+
  double ties = 0;      // sum of t^3 - t over the groups of ties
};

/// Ranks of |delta|, ties at their mean rank; no zeros among them.
Ranks rank_sums(const std::vector<double>& delta) {
  std::vector<std::size_t> order(delta.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return std::abs(delta[i]); });
  Ranks ranks;
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first + 1;
    while (last < order.size() && std::abs(delta[order[last]]) == std::abs(delta[order[first]])) {
      ++last;
    }
    const double rank = static_cast<double>(first + last + 1) / 2;
    for (std::size_t k = first; k < last; ++k) {
      if (delta[order[k]] > 0) ranks.positive += rank;
    }
    const auto tied = static_cast<double>(last - first);
    ranks.ties += tied * tied * tied - tied;
    first = last;
  }
  return ranks;
}

/// Share of the 2^n patterns of signs whose W+ is at most `sum`.
double share_up_to(std::size_t n, std::size_t sum) {
  std::vector<double> ways(n * (n + 1) / 2 + 1, 0.0);
  ways[0] = 1;
  for (std::size_t rank = 1; rank <= n; ++rank) {
    for (std::size_t total = ways.size() - 1; total >= rank; --total) {
      ways[total] += ways[total - rank];
    }
  }
  const double count =
      std::accumulate(ways.begin(), ways.begin() + static_cast<std::ptrdiff_t>(sum) + 1, 0.0);
  return std::ldexp(count, -static_cast<int>(n));
}

}  // namespace

TestResult wilcoxon_test(std::span<const double> delta) {
  TestResult result;
  result.name = Test::wilcoxon;
  std::vector<double> changed;
  std::ranges::copy_if(delta, std::back_inserter(changed), [](double d) { return d != 0; });
  if (changed.empty()) return result;
  const Ranks ranks = rank_sums(changed);
  const auto n = static_cast<double>(changed.size());
  const double all = n * (n + 1) / 2;
  result.statistic = ranks.positive;
  const bool has_zeros = changed.size() != delta.size();
  if (changed.size() <= kMostExact && !has_zeros && ranks.ties == 0) {
    const double smaller = std::min(ranks.positive, all - ranks.positive);
    result.p = std::min(1.0, 2 * share_up_to(changed.size(), static_cast<std::size_t>(smaller)));
    result.log10_p = std::log10(*result.p);
    return result;
  }
  const long double variance =
      static_cast<long double>(n * (n + 1)) * (2 * n + 1) / 24 - ranks.ties / 48;
  const long double z = (ranks.positive - static_cast<long double>(all) / 2) / std::sqrt(variance);
  const boost::math::normal_distribution<long double, stats::Quiet> normal;
  result.p = static_cast<double>(2 * cdf(complement(normal, std::abs(z))));
  result.log10_p = stats::log10_two_sided_normal(z);
  result.note = has_zeros && changed.size() <= kMostExact
                    ? "normal approximation: some pairs did not change"
                    : "normal approximation";
  return result;
}

}  // namespace tacet
