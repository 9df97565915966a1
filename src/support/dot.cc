#include "support/dot.h"

#include "support/simd.h"

namespace tacet::support {
namespace {

constexpr std::size_t kLanes = 16;

/// Sums term(i) for i in 0 ... n-1 in kLanes interleaved parts and a fixed tree.
template <typename Term>
__attribute__((always_inline)) inline double interleaved_sum(std::size_t n, const Term& term) {
  double lanes[kLanes] = {};
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (std::size_t l = 0; l < kLanes; ++l) lanes[l] += term(i + l);
  }
  for (std::size_t half = kLanes / 2; half > 0; half /= 2) {
    for (std::size_t l = 0; l < half; ++l) lanes[l] += lanes[l + half];
  }
  double total = lanes[0];
  for (; i < n; ++i) total += term(i);
  return total;
}

}  // namespace

TACET_SIMD_CLONES double dot_f64(const float* a, const float* b, std::size_t n) {
  return interleaved_sum(
      n, [ a, b ](std::size_t i) __attribute__((always_inline)) {
        return static_cast<double>(a[i]) * static_cast<double>(b[i]);
      });
}

TACET_SIMD_CLONES double dot_f64(const double* a, const double* b, std::size_t n) {
  return interleaved_sum(
      n, [ a, b ](std::size_t i) __attribute__((always_inline)) { return a[i] * b[i]; });
}

TACET_SIMD_CLONES double squared_distance(const double* a, const double* b, std::size_t n) {
  return interleaved_sum(
      n, [ a, b ](std::size_t i) __attribute__((always_inline)) {
        const double d = a[i] - b[i];
        return d * d;
      });
}

}  // namespace tacet::support
