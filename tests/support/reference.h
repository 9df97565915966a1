/// @file
/// The forward pass in double precision, as the tests use it: the engine's own, with what only
/// tests ask for.
#pragma once

#include <vector>

#include "engine/double_forward.h"
#include "tacet/model.h"

namespace tacet::testing {

using ReferenceRun = engine::DoubleRun;

/// A model in double precision; the model must outlive it. Thread safe.
class Reference : public engine::DoubleForward {
 public:
  explicit Reference(const Model& model);

  /// Runs `ids` with `push` [n_tokens, d_model] added behind the attention of block `layer`.
  ReferenceRun run_pushed(std::span<const std::int32_t> ids, int layer,
                          std::span<const double> push) const;

  /// Logits of one row of ln_f's output, [vocab_size].
  std::vector<double> logits(std::span<const double> normed) const;

  /// The bias of `h.{layer}.attn.c_proj`, [d_model].
  std::span<const double> projection_bias(int layer) const;

 private:
  std::vector<double> unembedding_;
  std::vector<std::vector<double>> projection_biases_;
};

}  // namespace tacet::testing
