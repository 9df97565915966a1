#include "engine/layer_norm.h"

#include <cmath>
#include <cstddef>

#include "support/simd.h"

namespace tacet::engine {
namespace {

constexpr std::size_t kLanes = 8;

/// Sums in eight interleaved parts, so that the compiler may use vectors without reordering.
TACET_SIMD_CLONES double sum(const float* x, std::size_t n) {
  double lanes[kLanes] = {};
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (std::size_t l = 0; l < kLanes; ++l) lanes[l] += static_cast<double>(x[i + l]);
  }
  double total = 0;
  for (const double lane : lanes) total += lane;
  for (; i < n; ++i) total += static_cast<double>(x[i]);
  return total;
}

TACET_SIMD_CLONES double sum_of_squares(const float* x, std::size_t n, double shift) {
  double lanes[kLanes] = {};
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (std::size_t l = 0; l < kLanes; ++l) {
      const double d = static_cast<double>(x[i + l]) - shift;
      lanes[l] += d * d;
    }
  }
  double total = 0;
  for (const double lane : lanes) total += lane;
  for (; i < n; ++i) {
    const double d = static_cast<double>(x[i]) - shift;
    total += d * d;
  }
  return total;
}

TACET_SIMD_CLONES void scale_and_shift(const float* x, std::size_t n, double mean, double scale,
                                       const float* weight, const float* bias, float* out) {
  for (std::size_t i = 0; i < n; ++i) {
    const double normed = (static_cast<double>(x[i]) - mean) * scale;
    out[i] = static_cast<float>(normed) * weight[i] + bias[i];
  }
}

std::vector<float> to_vector(const model::Tensor& tensor) {
  std::vector<float> values(static_cast<std::size_t>(tensor.rows * tensor.cols));
  model::copy_to_float(tensor, 0, values);
  return values;
}

}  // namespace

LayerNorm::LayerNorm(const model::Norm& norm, double epsilon)
    : weight_(to_vector(norm.weight)), bias_(to_vector(norm.bias)), epsilon_(epsilon) {}

void LayerNorm::apply(std::span<const float> in, std::span<float> out) const {
  const auto n = static_cast<double>(in.size());
  const double mean = sum(in.data(), in.size()) / n;
  const double variance = sum_of_squares(in.data(), in.size(), mean) / n;
  const double scale = 1.0 / std::sqrt(variance + epsilon_);
  scale_and_shift(in.data(), in.size(), mean, scale, weight_.data(), bias_.data(), out.data());
}

}  // namespace tacet::engine
