#pragma once

#include <span>

namespace tacet::stats {

/// Whether all of `values` are the same number, decided by comparison and not by a computed spread,
/// which rounding can make positive. True for an empty span and for one value.
bool all_equal(std::span<const double> values);

/// Sum of the squared deviations from the mean, two-pass; exactly 0 when all values are equal and
/// above 0 otherwise. In long double, whose exponents hold the squares of the smallest doubles.
/// Thread safe; values must be finite.
long double squared_deviations(std::span<const double> values);

}  // namespace tacet::stats
