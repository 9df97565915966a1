/// @file
/// How large a block's change is, in units that can be compared between blocks, with intervals that
/// know that pairs share tokens. Pure functions on doubles, thread safe; values must be finite.
#pragma once

#include <optional>
#include <span>

#include "tacet/pair_tests.h"

namespace tacet {

/// A number with its interval. `low` and `high` are both there or both nullopt.
struct Estimate {
  std::optional<double> value;
  std::optional<double> low;
  std::optional<double> high;
};

/// An interval of `value` by the jackknife over tokens: value +- t_{n-1} se with
/// se^2 = (n-1)/n sum (theta_-i - mean of theta_-i)^2. `without` holds the same number computed
/// without each of n tokens. No interval for n < 3 or numbers that are not finite.
/// Source: Efron and Tibshirani 1993, chapter 11. Throws UsageError for alpha outside (0, 1).
Estimate jackknife_estimate(double value, std::span<const double> without, double alpha);

/// The sizes of one block's change.
struct EffectSizes {
  Estimate cohen_dz;     ///< mean change / sd of the changes; no value where that sd is 0
  Estimate glass_delta;  ///< mean change / sd of the clean cosines; no value where that sd is 0
  /// Mean change of the angle between the two tokens, in degrees: below 0 when they draw together.
  /// Near cosine 1 a small change of the cosine is a large one of the angle.
  Estimate mean_delta_degrees;
};

/// The sizes of the change from `clean` to `silenced`, the cosines of `pairs` [P] among `n_tokens`
/// tokens, each with its interval at 1 - alpha by the jackknife over tokens. An interval is missing
/// where without some token fewer than two pairs, or no spread, are left. A block in which nothing
/// changed has the sizes 0 without intervals, and no cohen_dz. Cosines are clamped to [-1, 1].
/// Sources: Cohen 1988; Glass 1976 for the control's standard deviation.
/// Throws UsageError for lengths that differ, fewer than 2 pairs or alpha outside (0, 1).
EffectSizes effect_sizes(std::span<const double> clean, std::span<const double> silenced,
                         std::span<const TokenPair> pairs, std::size_t n_tokens, double alpha);

}  // namespace tacet
