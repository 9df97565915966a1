#include "tacet/effect_sizes.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <numbers>
#include <vector>

#include "stats/spread.h"
#include "stats/token_means.h"
#include "tacet/stats.h"

namespace tacet {
namespace {

/// Below this share of all squares, what is left without a token has lost its digits in the
/// subtraction and is computed anew.
constexpr long double kCancelled = 1e-6L;

/// Mean and sample standard deviation of the pairs left without one token.
struct Left {
  double mean = 0;
  double sd = 0;
};

/// Without each of the tokens; empty when fewer than two pairs are left somewhere. Sums of
/// deviations from the mean of all pairs, from which each token's own are taken.
std::vector<Left> without_tokens(std::span<const double> values, std::span<const TokenPair> pairs,
                                 std::size_t n_tokens) {
  struct Sums {
    long double first = 0;
    long double squares = 0;
    std::size_t count = 0;
  };
  const double centre = mean(values);
  Sums all;
  std::vector<Sums> own(n_tokens);
  for (std::size_t d = 0; d < values.size(); ++d) {
    const long double deviation = static_cast<long double>(values[d]) - centre;
    for (Sums* sums : {&all, &own[pairs[d].i], &own[pairs[d].j]}) {
      sums->first += deviation;
      sums->squares += deviation * deviation;
      ++sums->count;
    }
  }
  std::vector<Left> left;
  for (std::size_t token = 0; token < n_tokens; ++token) {
    const std::size_t count = all.count - own[token].count;
    if (count < 2) return {};
    const auto n = static_cast<long double>(count);
    const long double first = all.first - own[token].first;
    const long double squares = all.squares - own[token].squares - first * first / n;
    if (squares > kCancelled * all.squares) {
      left.push_back({.mean = static_cast<double>(centre + first / n),
                      .sd = static_cast<double>(std::sqrt(squares / (n - 1)))});
      continue;
    }
    std::vector<double> kept;
    kept.reserve(count);
    for (std::size_t d = 0; d < values.size(); ++d) {
      if (pairs[d].i != token && pairs[d].j != token) kept.push_back(values[d]);
    }
    left.push_back({.mean = mean(kept), .sd = sample_sd(kept)});
  }
  return left;
}

/// acos(after) - acos(before) in degrees, with all its digits where the two are close: the sine of
/// the difference with `after - before` taken out of it.
double degrees_between(double before, double after) {
  const double a = std::clamp(before, -1.0, 1.0);
  const double b = std::clamp(after, -1.0, 1.0);
  const double sine_a = std::sqrt((1 - a) * (1 + a));
  const double sine_b = std::sqrt((1 - b) * (1 + b));
  const double sines = sine_a + sine_b;
  if (sines == 0) return a == b ? 0 : std::copysign(180.0, a - b);
  const double sine = (a - b) * (a * (a + b) / sines + sine_a);
  return std::atan2(sine, a * b + sine_a * sine_b) * 180 / std::numbers::pi;
}

Estimate ratio(double numerator, double spread, std::span<const Left> numerators,
               std::span<const Left> spreads, double alpha) {
  Estimate size;
  if (!(spread > 0)) return size;
  size.value = numerator / spread;
  std::vector<double> without;
  for (std::size_t token = 0; token < numerators.size(); ++token) {
    if (!(spreads[token].sd > 0)) return size;
    without.push_back(numerators[token].mean / spreads[token].sd);
  }
  return jackknife_estimate(*size.value, without, alpha);
}

}  // namespace

Estimate jackknife_estimate(double value, std::span<const double> without, double alpha) {
  Estimate estimate{.value = value, .low = {}, .high = {}};
  const bool is_finite = std::ranges::all_of(without, [](double v) { return std::isfinite(v); });
  if (without.size() < 3 || !is_finite) return estimate;
  const double margin =
      critical_t(alpha, static_cast<double>(without.size()) - 1) * stats::jackknife_error(without);
  estimate.low = value - margin;
  estimate.high = value + margin;
  return estimate;
}

EffectSizes effect_sizes(std::span<const double> clean, std::span<const double> silenced,
                         std::span<const TokenPair> pairs, std::size_t n_tokens, double alpha) {
  std::vector<double> deltas(clean.size());
  if (clean.size() == silenced.size()) {
    std::ranges::transform(silenced, clean, deltas.begin(), std::minus<>());
  } else {
    deltas.resize(silenced.size());
  }
  stats::check_changes({.delta = deltas, .pairs = pairs, .n_tokens = n_tokens}, alpha);
  EffectSizes sizes;
  const double spread = sample_sd(clean);
  if (stats::is_unchanged(deltas)) {
    if (spread > 0) sizes.glass_delta.value = 0.0;
    sizes.mean_delta_degrees.value = 0.0;
    return sizes;
  }
  const double change = mean(deltas);
  const std::vector<Left> of_deltas = without_tokens(deltas, pairs, n_tokens);
  const std::vector<Left> of_clean = without_tokens(clean, pairs, n_tokens);
  sizes.cohen_dz = ratio(change, sample_sd(deltas), of_deltas, of_deltas, alpha);
  sizes.glass_delta = ratio(change, spread, of_deltas, of_clean, alpha);

  std::vector<double> angles(clean.size());
  std::ranges::transform(silenced, clean, angles.begin(), [](double after, double before) {
    return degrees_between(before, after);
  });
  std::vector<double> without;
  for (const Left& left : without_tokens(angles, pairs, n_tokens)) without.push_back(left.mean);
  sizes.mean_delta_degrees = jackknife_estimate(mean(angles), without, alpha);
  return sizes;
}

}  // namespace tacet
