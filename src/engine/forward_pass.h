#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "engine/batch.h"
#include "engine/layer_norm.h"
#include "engine/rows.h"
#include "model/weights.h"
#include "tacet/intervention.h"

namespace tacet::engine {

/// The clean rows with the silenced heads' own contributions (slice * W_O of the blocks so far)
/// taken out and nothing recomputed; for ln_f its output on such rows of the last block.
class DirectView {
 public:
  DirectView() = default;
  /// `taken_out` are the contributions; `norm` is ln_f, or null below it.
  DirectView(RowsView clean, RowsView taken_out, std::size_t first_position, const LayerNorm* norm)
      : clean_(clean), taken_out_(taken_out), first_position_(first_position), norm_(norm) {}

  /// Writes the row of `position`, [d_model], to `out`.
  void copy_row(std::size_t position, std::span<float> out) const;

  /// What is taken out of the row of `position`, [d_model]: for one block's heads their
  /// contribution itself, for a push its negative. Only from the first position touched on.
  std::span<const float> taken_out(std::size_t position) const { return taken_out_.row(position); }

 private:
  RowsView clean_;
  RowsView taken_out_;
  std::size_t first_position_ = 0;
  const LayerNorm* norm_ = nullptr;
};

/// One intervention's, push's or patch's state. Rows before its first position are the clean ones.
struct SilencedView {
  RowsView rows;      ///< [M, d_model]; empty while the run has not left the clean one
  DirectView direct;  ///< only where `rows` is not empty
  /// The state of each draw of the noise, in order; empty ones where `rows` is.
  std::vector<RowsView> draws;
};

/// One prompt's state: the clean run's, and its interventions', then its pushes', then its patches'
/// in order.
struct PromptView {
  RowsView clean;  ///< [M, d_model]
  std::vector<SilencedView> silenced;
};

/// One state of the residual stream as the pass leaves it behind.
struct StateView {
  int index = 0;  ///< 0 the embedding, l + 1 the output of block l, n_layer + 1 ln_f's output
  std::span<const PromptView> prompts;
};

/// Receives every state in order; the views are valid during the call only, and may be read from
/// several threads.
using StateObserver = std::function<void(const StateView&)>;

/// Receives, per prompt, the clean run's heads' outputs side by side in block `layer`, the input
/// of `attn.c_proj` [M, d_model]; the views are valid during the call only.
using HeadsObserver = std::function<void(int layer, std::span<const RowsView> clean)>;

/// Which rows the last block and ln_f compute. With `last` the views of their two states hold every
/// run's last position alone, with its very bits; their other positions must not be read.
enum class FinalRows { all, last };

/// Checks one prompt against the model's shape. Throws UsageError (ids, heads, positions out of
/// range, no head, a table of values or a patch that does not fit) or InputError (no tokens, more
/// tokens than positions).
void check_request(const ModelConfig& config, const PassPrompt& prompt);

/// Bytes of working memory that a pass needs for each row of its batch.
std::uint64_t bytes_per_row(const ModelConfig& config);
/// Bytes that it needs beside its rows: the weights that are packed at the same time.
std::uint64_t bytes_for_weights(const ModelConfig& config);

/// One pass up the blocks with the clean run of every prompt and every intervention side by side.
/// At block l the batch holds the clean rows and the rows of every run whose cut is at or below l;
/// at its cut a run only does `c_proj` again, with the changed slice, or, when it is a push, has
/// the push added behind `c_proj`: a push of zeros leaves the clean bits. A patch of the stream has
/// rows of its own from the state that enters its block on. `observe` sees the
/// n_layer + 2 states, `observe_heads`, where there is one, the clean heads' outputs of every
/// block.
///
/// A draw of the noise is a run of its own whose rows are multiplied by noise after every block
/// from the cut on, wherever they are not the clean ones bit for bit.
///
/// Returns per prompt and run (those of the noise apart) how many values of the c_proj input it
/// changed: none for a push or a patch. The bits of a row depend on the tokens up to its own and
/// its intervention, push or patch alone (with SliceKind::mean on all tokens). `threads` as
/// resolved (>= 1). Throws what check_request throws; NumericError naming the block when a state is
/// not finite; ModelError when a file of the model changed under the pass; whatever `observe`
/// throws.
std::vector<std::vector<std::int64_t>> forward_pass(const model::Weights& weights,
                                                    std::span<const PassPrompt> prompts,
                                                    int threads, const StateObserver& observe,
                                                    const HeadsObserver& observe_heads = {},
                                                    FinalRows final_rows = FinalRows::all);

/// Logits of the rows of ln_f's output: [rows, vocab_size] = normed [rows, d_model] * wte^T.
std::vector<float> unembed(const model::Weights& weights, std::span<const float> normed,
                           int threads);

/// The same for some tokens alone: [rows, token_ids], bit for bit the values of `unembed`. The ids
/// must be below vocab_size.
std::vector<float> unembed_tokens(const model::Weights& weights, std::span<const float> normed,
                                  std::span<const std::int32_t> token_ids);

}  // namespace tacet::engine
