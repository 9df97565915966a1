#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "model/weights.h"
#include "tacet/intervention.h"

namespace tacet::engine {

/// One intervention's rows of a state. Rows before its first position are the clean ones.
struct SilencedView {
  int first_position = 0;
  /// [M - first_position, d_model]; empty while the run has not left the clean one (below the cut).
  std::span<const float> rows;
  /// The clean rows with the silenced heads' own contributions (slice * W_O of the blocks so far)
  /// taken out and nothing recomputed, [M - first_position, d_model]; for ln_f its output on such
  /// rows of the last block. Empty below the cut.
  std::span<const float> direct;
};

/// One state of the residual stream as the pass leaves it behind.
struct StateView {
  int index = 0;  ///< 0 the embedding, l + 1 the output of block l, n_layer + 1 ln_f's output
  std::span<const float> clean;            ///< [M, d_model]
  std::span<const SilencedView> silenced;  ///< one per intervention, in order
};

/// Receives every state in order; the views are valid during the call only.
using StateObserver = std::function<void(const StateView&)>;

/// Checks the request against the model's shape. Throws UsageError (ids, heads, positions out of
/// range, no head) or InputError (no tokens, more tokens than positions).
void check_request(const ModelConfig& config, std::span<const std::int32_t> token_ids,
                   std::span<const Intervention> interventions);

/// One pass up the blocks with the clean run and every intervention side by side. At block l the
/// batch holds the clean rows and the rows of every run whose cut is at or below l; at its cut a
/// run only does `c_proj` again, with the changed slice. `observe` sees the n_layer + 2 states.
///
/// Returns per intervention how many values of the c_proj input it changed. The bits of a row
/// depend on the tokens up to its own and its intervention alone. `threads` as resolved (>= 1).
/// Throws what check_request throws; NumericError naming the block when a state is not finite;
/// ModelError when a file of the model changed under the pass; whatever `observe` throws.
std::vector<std::int64_t> forward_pass(const model::Weights& weights,
                                       std::span<const std::int32_t> token_ids,
                                       std::span<const Intervention> interventions, int threads,
                                       const StateObserver& observe);

/// Logits of the rows of ln_f's output: [rows, vocab_size] = normed [rows, d_model] * wte^T.
std::vector<float> unembed(const model::Weights& weights, std::span<const float> normed,
                           int threads);

}  // namespace tacet::engine
