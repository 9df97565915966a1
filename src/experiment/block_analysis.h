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

/// One state of a silenced run in double. Both are nullopt while the run has not left the clean
/// one.
struct SilencedVectors {
  std::optional<measure::TokenVectors> after;   ///< [M, d_model]
  std::optional<measure::TokenVectors> direct;  ///< what engine::DirectView says
};

/// The rows in double.
SilencedVectors to_vectors(const engine::SilencedView& silenced, std::size_t d_model);

/// One block of one intervention.
struct BlockRows {
  LayerEffect row;
  /// The same block's test with the other choice of `exclude_first`; nullopt when too few tokens
  /// are left. Carries what `judge` needs: mean_delta, p and effect.
  std::optional<LayerEffect> other_first;
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
  BlockRows analyse(int layer, const CleanState& clean, SilencedVectors silenced) const;

  /// The largest |mean delta of a draw - mean_delta| over the draws of the noise; 0 while the run
  /// has not left the clean one. `mean_delta` is that of the run without noise.
  double noise_floor(double mean_delta, const CleanState& clean,
                     std::span<const engine::RowsView> draws) const;

 private:
  measure::PairSelection selection(bool exclude_first) const;
  /// The deciding test; all that are wanted with `with_beside`.
  void test(LayerEffect& row, const measure::PairSelection& selected, std::span<const double> clean,
            std::span<const double> silenced, bool with_beside) const;
  void compare(LayerEffect& row, const CleanState& clean, const MeasuredState& after,
               measure::TokenVectors direct) const;

  const SilenceOptions& options_;
  std::size_t n_tokens_;
  std::size_t d_model_;
  std::size_t first_position_;
  int threads_;
};

}  // namespace tacet::experiment
