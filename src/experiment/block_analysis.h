#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/forward_pass.h"
#include "experiment/clean_state.h"
#include "measure/similarity.h"
#include "tacet/silence.h"

namespace tacet::experiment {

/// Throws UsageError for alpha outside (0, 1) and for numbers of dimensions that vectors of d_model
/// do not have, and InputError when fewer than 3 of the n_tokens tokens take part in pairs.
void check_options(const SilenceOptions& options, std::size_t n_tokens, std::size_t d_model);

/// The pairs that are compared after an intervention.
measure::PairSelection selected_pairs(const Intervention& intervention, PairsKind kind,
                                      bool exclude_first);

/// One block of one intervention, measured otherwise than the result's own way.
struct OtherRow {
  LayerEffect row;  ///< what `judge` needs: mean_delta, p and effect
  std::vector<double> swap_parts;
  std::string undefined;  ///< why there is no cosine; empty where there is
};

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
  std::vector<double> delta;  ///< the pairs' changes, [P]; empty when none changed
  /// The token-swap parts, where that test is wanted and the block changed; else empty.
  std::vector<double> swap_parts;
  /// By BlockAnalysis::others, in that order, tested by the deciding test alone.
  std::vector<OtherRow> others;
  /// |v' - v| / |v| of the tokens that can move; empty where nothing could.
  std::vector<double> relative;
  std::vector<FollowedRow> followed;  ///< one for each of `SilenceOptions::follow`
};

/// Turns states into rows of the result, one state at a time. Const use is thread safe.
class BlockAnalysis {
 public:
  /// `threads` as resolved. `options` must outlive the analysis.
  BlockAnalysis(const SilenceOptions& options, const Intervention& intervention,
                std::size_t n_tokens, std::size_t d_model, int threads);

  /// The comparison that the result is made by.
  const Comparison& own() const { return own_; }
  /// The same with the other choice of `exclude_first`, where enough tokens are left.
  const std::optional<Comparison>& other_first() const { return other_first_; }
  /// What the rows are measured by beside `own`: `other_first`, then the other cosines where the
  /// options want them.
  const std::vector<Comparison>& others() const { return others_; }
  /// All of them: what a clean state must be measured for.
  std::vector<Comparison> comparisons() const;

  /// One state's rows, except for what needs the family: p_adjusted, significant, effect (which is
  /// `unchanged` or `none`).
  BlockRows analyse(int layer, const CleanState& clean, SilencedVectors silenced) const;

  /// The largest |mean delta of a draw - mean_delta| over the draws of the noise; 0 while the run
  /// has not left the clean one. `mean_delta` is that of the run without noise.
  double noise_floor(double mean_delta, const CleanState& clean,
                     std::span<const engine::RowsView> draws) const;

 private:
  /// The deciding test; all that are wanted with `with_beside`. Returns the changes of the pairs,
  /// none for an unchanged block.
  std::vector<double> test(LayerEffect& row, const measure::PairSelection& selected,
                           std::span<const double> clean, std::span<const double> silenced,
                           bool with_beside) const;
  /// The row of a block that the intervention does not reach.
  void set_same(LayerEffect& row, const CleanState& clean) const;
  /// Fills `rows.row`, `rows.delta` and `rows.relative`.
  void compare(BlockRows& rows, const CleanState& clean, const MeasuredState& after,
               measure::TokenVectors direct) const;
  /// Appends the rows of the pairs that are followed. `after` and `direct` are null for a block
  /// that the intervention does not reach.
  void follow(BlockRows& rows, const CleanState& clean, const MeasuredState* after,
              const MeasuredState* direct) const;
  /// `after` is null for a block that the intervention does not reach.
  OtherRow compare_otherwise(int layer, const Comparison& comparison, const CleanState& clean,
                             const MeasuredState* after) const;

  const SilenceOptions& options_;
  std::size_t n_tokens_;
  std::size_t d_model_;
  std::size_t first_position_;
  int threads_;
  Comparison own_;
  std::optional<Comparison> other_first_;
  std::vector<Comparison> others_;
};

}  // namespace tacet::experiment
