#pragma once

#include <span>
#include <vector>

#include "model/weights.h"

namespace tacet::engine {

/// A LayerNorm with its vectors converted to float32: (x - mean) / sqrt(variance + epsilon) *
/// weight + bias, with the biased variance (divided by d_model). Const use is thread safe.
class LayerNorm {
 public:
  LayerNorm(const model::Norm& norm, double epsilon);

  /// Normalises one row of d_model values; `in` and `out` may be the same. Mean and variance are
  /// summed in double, in an order fixed by d_model.
  void apply(std::span<const float> in, std::span<float> out) const;

 private:
  std::vector<float> weight_;
  std::vector<float> bias_;
  double epsilon_;
};

}  // namespace tacet::engine
