#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "engine/forward_pass.h"
#include "experiment/clean_state.h"
#include "measure/similarity.h"
#include "tacet/silence.h"

namespace tacet::experiment {

/// Throws UsageError for alpha outside (0, 1) and InputError when fewer than 3 of the n_tokens
/// tokens take part in pairs.
void check_options(const SilenceOptions& options, std::size_t n_tokens);

/// One block of one intervention.
struct BlockRows {
  LayerEffect row;
  /// The same block's test with the other choice of `exclude_first`; nullopt when too few tokens
  /// are left. Carries what `judge` needs: mean_delta, p and effect.
  std::optional<LayerEffect> other_first;
  std::vector<double> delta;  ///< the pairs' changes, [P]; empty when none changed
  /// The token-swap parts of both, where that test is wanted and the block changed; else empty.
  std::vector<double> swap_parts;
  std::vector<double> other_swap_parts;
};

/// Turns states into rows of the result, one state at a time. Const use is thread safe.
class BlockAnalysis {
 public:
  /// `threads` as resolved. `options` must outlive the analysis.
  BlockAnalysis(const SilenceOptions& options, const Intervention& intervention,
                std::size_t n_tokens, std::size_t d_model, int threads);

  /// The pairs that `analyse` compares; the clean state must be measured for them.
  measure::PairSelection pairs() const { return selection(options_.exclude_first); }
  /// The same and, when there are enough tokens, those with the other choice of `exclude_first`.
  std::vector<measure::PairSelection> selections() const;

  /// One state's rows, except for what needs the family: p_adjusted, significant, effect (which is
  /// `unchanged` or `none`).
  BlockRows analyse(int layer, const CleanState& clean, const engine::SilencedView& silenced) const;

 private:
  measure::PairSelection selection(bool exclude_first) const;
  /// The deciding test; all that are wanted with `with_beside`. Returns the changes of the pairs,
  /// none for an unchanged block.
  std::vector<double> test(LayerEffect& row, const measure::PairSelection& selected,
                           std::span<const double> clean, std::span<const double> silenced,
                           bool with_beside) const;
  /// Fills `row` and returns the changes of its pairs as `test` does.
  std::vector<double> compare(LayerEffect& row, const CleanState& clean, const MeasuredState& after,
                              const engine::DirectView& direct) const;

  const SilenceOptions& options_;
  std::size_t n_tokens_;
  std::size_t d_model_;
  std::size_t first_position_;
  int threads_;
};

}  // namespace tacet::experiment
