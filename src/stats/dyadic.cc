// Tests with a standard error that knows which pairs share a token.
#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "stats/spread.h"
#include "stats/token_means.h"

namespace tacet {
namespace {

constexpr std::size_t kFewestTokens = 4;

TestResult silent(Test name, std::string note) {
  TestResult result;
  result.name = name;
  result.note = std::move(note);
  return result;
}

/// Sum of e_d e_d' over all ordered pairs of pairs that share a token, d = d' included. Pairs share
/// two tokens with themselves and at most one with others, so that the squares of the tokens' sums
/// count every product once, and each pair's own square twice.
long double shared_products(const PairChanges& changes, double centre) {
  std::vector<long double> sums(changes.n_tokens, 0);
  long double own = 0;
  for (std::size_t d = 0; d < changes.delta.size(); ++d) {
    const long double residual = static_cast<long double>(changes.delta[d]) - centre;
    sums[changes.pairs[d].i] += residual;
    sums[changes.pairs[d].j] += residual;
    own += residual * residual;
  }
  long double squares = 0;
  for (const long double sum : sums) squares += sum * sum;
  return squares - own;
}

}  // namespace

TestResult dyadic_test(const PairChanges& changes, double alpha) {
  stats::check_changes(changes, alpha);
  if (stats::is_unchanged(changes.delta)) return silent(Test::dyadic, "");
  if (changes.n_tokens < kFewestTokens) {
    return silent(Test::dyadic, fmt::format("needs at least {} tokens, and there are {}",
                                            kFewestTokens, changes.n_tokens));
  }
  const auto m = static_cast<long double>(changes.n_tokens);
  const auto p = static_cast<long double>(changes.delta.size());
  const double centre = mean(changes.delta);
  const long double floor = stats::squared_deviations(changes.delta) / (p - 1) / p;
  const long double factor = m * (m - 1) / ((m - 2) * (m - 3));
  const long double variance =
      stats::all_equal(changes.delta)
          ? 0
          : std::max(factor * shared_products(changes, centre) / (p * p), floor);
  TestResult result =
      stats::t_result(Test::dyadic, centre, std::sqrt(variance), static_cast<double>(m - 1), alpha);
  const bool is_star = std::ranges::all_of(
      changes.pairs, [&](const TokenPair& pair) { return pair.j == changes.pairs.front().j; });
  if (is_star) {
    result.note = "all pairs share one token: their dependence cannot be seen";
  }
  return result;
}

TestResult token_jackknife_test(const PairChanges& changes, double alpha) {
  stats::check_changes(changes, alpha);
  if (stats::is_unchanged(changes.delta)) return silent(Test::token_jackknife, "");
  const auto means = stats::leave_tokens_out(changes);
  if (!means) return silent(Test::token_jackknife, "without one of the tokens no pair is left");
  return stats::t_result(Test::token_jackknife, means->mean, stats::jackknife_error(means->without),
                         static_cast<double>(changes.n_tokens) - 1, alpha);
}

}  // namespace tacet
