#include "stats/token_means.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "stats/spread.h"
#include "tacet/error.h"

namespace tacet::stats {

void check_changes(const PairChanges& changes, double alpha) {
  if (changes.delta.size() != changes.pairs.size()) {
    throw UsageError(fmt::format("a test got {} changes of {} pairs; give one for each",
                                 changes.delta.size(), changes.pairs.size()));
  }
  if (changes.delta.size() < 2) {
    throw UsageError(fmt::format("a test needs at least 2 pairs and got {}; compare more tokens",
                                 changes.delta.size()));
  }
  const auto outside = std::ranges::find_if(changes.pairs, [&](const TokenPair& pair) {
    return pair.i >= pair.j || pair.j >= changes.n_tokens;
  });
  if (outside != changes.pairs.end()) {
    throw UsageError(fmt::format("the pair ({}, {}) is none of {} tokens; i < j must hold",
                                 outside->i, outside->j, changes.n_tokens));
  }
  if (!(alpha > 0 && alpha < 1)) {
    throw UsageError(fmt::format("alpha is {}; it must lie between 0 and 1", alpha));
  }
}

double jackknife_error(std::span<const double> without) {
  const auto n = static_cast<long double>(without.size());
  return static_cast<double>(std::sqrt((n - 1) / n * squared_deviations(without)));
}

std::optional<JackknifeMeans> leave_tokens_out(const PairChanges& changes) {
  std::vector<double> sums(changes.n_tokens, 0.0);
  std::vector<std::size_t> counts(changes.n_tokens, 0);
  double total = 0;
  for (std::size_t d = 0; d < changes.delta.size(); ++d) {
    const TokenPair pair = changes.pairs[d];
    total += changes.delta[d];
    sums[pair.i] += changes.delta[d];
    sums[pair.j] += changes.delta[d];
    ++counts[pair.i];
    ++counts[pair.j];
  }
  JackknifeMeans means{.mean = mean(changes.delta), .without = {}};
  const bool constant = all_equal(changes.delta);
  for (std::size_t token = 0; token < changes.n_tokens; ++token) {
    const std::size_t left = changes.delta.size() - counts[token];
    if (left == 0) return std::nullopt;
    // Rounding must not make a spread where all changes are the same.
    means.without.push_back(constant ? changes.delta.front()
                                     : (total - sums[token]) / static_cast<double>(left));
  }
  return means;
}

TestResult t_result(Test name, double mean, long double standard_error, double df, double alpha) {
  TestResult result;
  result.name = name;
  if (standard_error == 0 && mean == 0) {
    result.note = "mean change and standard error are both exactly 0";
    return result;
  }
  result.df = df;
  result.se = static_cast<double>(standard_error);
  if (standard_error == 0) {
    result.statistic = std::copysign(std::numeric_limits<double>::infinity(), mean);
    result.p = 0;
    result.log10_p = -std::numeric_limits<double>::infinity();
    result.ci_low = result.ci_high = mean;
    return result;
  }
  result.statistic = static_cast<double>(mean / standard_error);
  result.p = two_sided_p(*result.statistic, df);
  result.log10_p = log10_two_sided_p(*result.statistic, df);
  const long double margin = critical_t(alpha, df) * standard_error;
  result.ci_low = static_cast<double>(mean - margin);
  result.ci_high = static_cast<double>(mean + margin);
  return result;
}

bool is_unchanged(std::span<const double> delta) {
  return std::ranges::all_of(delta, [](double value) { return value == 0; });
}

}  // namespace tacet::stats
