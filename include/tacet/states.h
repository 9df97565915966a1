/// @file
/// The residual stream of one run, block by block.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace tacet {

/// States of the residual stream of one run: after the embedding, after every block, and the
/// output of the final LayerNorm. Row-major float32, shape [n_layer + 2, n_tokens, d_model].
class States {
 public:
  States() = default;
  /// Zero states of the given shape.
  States(int n_layer, int n_tokens, int d_model);

  int n_layer() const { return n_layer_; }
  int n_tokens() const { return n_tokens_; }
  int d_model() const { return d_model_; }

  /// State `index`: 0 the embedding, l + 1 the output of block l, n_layer + 1 the output of
  /// `ln_f`. Shape [n_tokens, d_model].
  std::span<const float> state(int index) const;
  std::span<float> state(int index);
  /// wte + wpe, [n_tokens, d_model].
  std::span<const float> embedding() const { return state(0); }
  /// Output of block `layer` (`resid_post`, `hidden_states[layer + 1]`), [n_tokens, d_model].
  std::span<const float> block(int layer) const { return state(layer + 1); }
  /// Output of `ln_f`, [n_tokens, d_model].
  std::span<const float> final_norm() const { return state(n_layer_ + 1); }
  /// All of it, [n_layer + 2, n_tokens, d_model].
  std::span<const float> data() const { return data_; }

 private:
  int n_layer_ = 0;
  int n_tokens_ = 0;
  int d_model_ = 0;
  std::vector<float> data_;
};

}  // namespace tacet
