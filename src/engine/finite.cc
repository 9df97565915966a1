#include "engine/finite.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "support/simd.h"
#include "tacet/error.h"

namespace tacet::engine {
namespace {

/// "tensor h.3.c_fc.weight holds nan at [5, 17]", or nothing when the tensor is finite.
std::optional<std::string> find_not_finite(const model::Tensor& tensor) {
  std::vector<float> row(static_cast<std::size_t>(tensor.cols));
  for (std::int64_t r = 0; r < tensor.rows; ++r) {
    model::copy_to_float(tensor, r * tensor.cols, row);
    const auto bad = std::ranges::find_if_not(row, [](float x) { return std::isfinite(x); });
    if (bad == row.end()) continue;
    return fmt::format("tensor {} holds {} at [{}, {}]: the checkpoint is damaged", tensor.name,
                       *bad, r, bad - row.begin());
  }
  return std::nullopt;
}

std::vector<const model::Tensor*> tensors_of(const model::Weights& weights, int layer) {
  if (layer < 0) return {&weights.wte, &weights.wpe};
  if (layer >= weights.config.n_layer) return {&weights.ln_f.weight, &weights.ln_f.bias};
  const model::Block& b = weights.blocks[static_cast<std::size_t>(layer)];
  return {&b.ln_1.weight,        &b.ln_1.bias,        &b.c_attn.weight,     &b.c_attn.bias,
          &b.attn_c_proj.weight, &b.attn_c_proj.bias, &b.ln_2.weight,       &b.ln_2.bias,
          &b.c_fc.weight,        &b.c_fc.bias,        &b.mlp_c_proj.weight, &b.mlp_c_proj.bias};
}

std::string place(const model::Weights& weights, int layer) {
  if (layer < 0) return "the embedding";
  if (layer >= weights.config.n_layer) return "the output of ln_f";
  return fmt::format("block {} (hidden_states[{}])", layer, layer + 1);
}

}  // namespace

TACET_SIMD_CLONES bool all_finite(std::span<const float> values) {
  // The exponents of NaN and infinity alone are all ones. Vectorises, unlike a search.
  constexpr std::uint32_t kExponent = 0x7F800000;
  std::uint32_t largest = 0;
  for (const float value : values) {
    largest = std::max(largest, std::bit_cast<std::uint32_t>(value) & kExponent);
  }
  return largest < kExponent;
}

void report_not_finite(const model::Weights& weights, int layer, int position,
                       std::string_view change) {
  std::string message =
      fmt::format("the state of token {} is not finite from {} on{}; ", position,
                  place(weights, layer), change.empty() ? "" : fmt::format(" with {}", change));
  for (const model::Tensor* tensor : tensors_of(weights, layer)) {
    if (const auto found = find_not_finite(*tensor)) throw NumericError(message + *found);
  }
  message += change.empty() ? "no weight there is NaN or infinite, so the activations overflowed "
                              "float32: the checkpoint may be damaged or not meant for float32"
                            : "the changed slice drives the activations beyond float32: use a "
                              "smaller scale, or smaller values";
  throw NumericError(message);
}

}  // namespace tacet::engine
