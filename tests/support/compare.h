/// @file
/// Comparisons of states: bit for bit, and against doubles.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <span>

#include <gtest/gtest.h>

#include "tacet/states.h"

namespace tacet::testing {

/// Parity with a float64 reference, relative to the state's largest magnitude. The contract is
/// 1e-4 on GPT-2 Medium's shape; float32 sums of a few hundred terms stay well below a tenth of it.
inline constexpr double kStateTolerance = 1e-5;

/// The largest difference over the largest magnitude of `expected`; infinite when the sizes differ
/// or a value is NaN.
inline double relative_difference(std::span<const float> actual, std::span<const double> expected) {
  if (actual.size() != expected.size()) return INFINITY;
  double difference = 0;
  double magnitude = 0;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    const double d = std::abs(static_cast<double>(actual[i]) - expected[i]);
    if (std::isnan(d)) return INFINITY;
    difference = std::max(difference, d);
    magnitude = std::max(magnitude, std::abs(expected[i]));
  }
  return magnitude > 0 ? difference / magnitude : difference;
}

/// The largest relative_difference() of all states; `expected` is [n_layer + 2, M, d_model].
inline double worst_state_difference(const States& actual, std::span<const double> expected) {
  if (actual.data().size() != expected.size()) return INFINITY;
  double worst = 0;
  for (int index = 0; index < actual.n_layer() + 2; ++index) {
    const std::span<const float> state = actual.state(index);
    const auto offset = static_cast<std::size_t>(index) * state.size();
    worst = std::max(worst, relative_difference(state, expected.subspan(offset, state.size())));
  }
  return worst;
}

/// Success when both have the same size and the same bits; else the first place that differs.
inline ::testing::AssertionResult same_bits(std::span<const float> a, std::span<const float> b) {
  if (a.size() != b.size()) {
    return ::testing::AssertionFailure() << a.size() << " values against " << b.size();
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::bit_cast<std::uint32_t>(a[i]) == std::bit_cast<std::uint32_t>(b[i])) continue;
    return ::testing::AssertionFailure() << "value " << i << ": " << a[i] << " against " << b[i];
  }
  return ::testing::AssertionSuccess();
}

/// Rows [first, first + n) of state `index`.
inline std::span<const float> rows_of(const States& states, int index, int first, int n) {
  const auto d = static_cast<std::size_t>(states.d_model());
  return states.state(index).subspan(static_cast<std::size_t>(first) * d,
                                     static_cast<std::size_t>(n) * d);
}

}  // namespace tacet::testing
