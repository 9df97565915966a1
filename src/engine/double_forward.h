#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "model/weights.h"
#include "tacet/intervention.h"

namespace tacet::engine {

/// What a run in double precision leaves behind.
struct DoubleRun {
  int n_layer = 0;
  int n_tokens = 0;
  int d_model = 0;
  /// [n_layer + 2, n_tokens, d_model]: embedding, blocks, ln_f.
  std::vector<double> states;
  /// Per block: the heads' outputs side by side, [n_tokens, d_model], before any change.
  std::vector<std::vector<double>> z;

  /// State `index` as in tacet::States, [n_tokens, d_model]; a view into `states`, so not for a run
  /// that is about to go.
  std::span<const double> state(int index) const&;
  std::span<const double> state(int index) const&& = delete;
};

/// The forward pass of GPT-2 once more, in double precision and from the formulas alone: plain
/// loops, no kernel shared with the fast pass but the conversion of stored numbers to float32. It
/// is what the fast pass is tested against, and what says how much of a result is rounding.
///
/// A weight matrix is widened row by row as it is used, never as a whole, so a run needs memory for
/// its states alone. Slow: some ten to a hundred times slower than the fast pass. Const use is
/// thread safe.
class DoubleForward {
 public:
  /// `weights` must outlive it. `threads` as resolved (>= 1); the bits do not depend on it.
  explicit DoubleForward(const model::Weights& weights, int threads = 1)
      : weights_(weights), config_(weights.config), threads_(threads) {}

  const ModelConfig& config() const { return config_; }

  /// Runs `ids`, with the intervention when one is given. All arguments must be in range, as
  /// check_request makes sure. `after_block` is called after each block. `push` [n_tokens, d_model]
  /// is added behind the attention of block `push_layer`. Throws ModelError when the model's file
  /// changed meanwhile, and what `after_block` throws.
  DoubleRun run(std::span<const std::int32_t> ids, const Intervention* intervention = nullptr,
                const std::function<void()>& after_block = {}, int push_layer = -1,
                std::span<const double> push = {}) const;

  /// ln_f of each row, [n, d_model] in and out.
  std::vector<double> final_norm(std::span<const double> rows) const;

  /// What the intervention takes out of the residual stream of block `layer` by its heads' own
  /// contribution there: (slice - what it becomes) * W_O, 0 at positions that it does not touch.
  /// [n_tokens, d_model]; `clean` is the clean run.
  std::vector<double> contribution(const DoubleRun& clean, int layer,
                                   const Intervention& intervention) const;

 private:
  std::vector<double> normalise(std::span<const double> rows, const model::Norm& norm) const;
  /// rows [n, in] * weight [in, out] + bias [out]; without the bias when it is not `with_bias`.
  std::vector<double> multiply(std::span<const double> rows, const model::Linear& linear,
                               bool with_bias = true) const;
  std::vector<double> attend(std::span<const double> qkv, int n_tokens, int layer) const;
  double activate(double x) const;

  const model::Weights& weights_;
  const ModelConfig& config_;
  int threads_;
};

/// `out.size()` stored values from value number `first` on, widened.
void copy_to_double(const model::Tensor& tensor, std::int64_t first, std::span<double> out);

}  // namespace tacet::engine
