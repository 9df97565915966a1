#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/forward_pass.h"
#include "experiment/block_analysis.h"
#include "experiment/clean_state.h"
#include "tacet/model.h"
#include "tacet/silence.h"

namespace tacet::experiment {

/// Collects the result of one intervention on one prompt while the states pass. Different runs may
/// be used from different threads.
class SilenceRun {
 public:
  /// `threads` as resolved, for the measures of one state. `options` must outlive the run.
  SilenceRun(const ModelConfig& config, const Prompt& prompt, const Intervention& intervention,
             const SilenceOptions& options, int threads);

  /// What the clean states must be measured for.
  std::vector<Comparison> comparisons() const { return analysis_.comparisons(); }

  /// Takes state number `index`; every one, in order.
  void observe(int index, const CleanState& clean, const engine::SilencedView& silenced);
  /// The same from states in double; `draws` are those of the noise, if any.
  void observe(int index, const CleanState& clean, SilencedVectors silenced,
               std::span<const engine::RowsView> draws = {});

  /// The judged result, after the last state. Its timing and states are the caller's to fill.
  SilenceResult finish(std::int64_t values_changed);

 private:
  /// The rows by one of the analysis' other comparisons.
  struct Other {
    std::vector<LayerEffect> rows;
    std::vector<std::vector<double>> swap_parts;
    std::string undefined;  ///< of the first row without a cosine
  };

  TestSummary make_test(int cut) const;
  void add_others(std::vector<OtherRow> rows);
  /// What one of them makes of the verdict, and which blocks' effect differs.
  VerdictChange judge_other(Other& other, std::string measured) const;
  void add_late(int layer, std::span<const double> delta);
  std::optional<double> late_error() const;

  const SilenceOptions& options_;
  int n_layer_;
  int n_head_;
  std::size_t d_model_;
  BlockAnalysis analysis_;
  SilenceResult result_;
  std::vector<Other> others_;
  // Sum of the pairs' changes over the late blocks at and above the cut, [P]; empty while there
  // are none.
  std::vector<double> late_delta_;
  // Of every row, for the token-swap test; empty where it is not wanted or nothing changed.
  std::vector<std::vector<double>> swap_parts_;
  std::vector<double> final_norm_parts_;
  std::vector<std::vector<double>> relative_;  // of every row, for the interval of growth
};

/// Collects the clean trajectory of one prompt while the states pass.
class TrajectoryRun {
 public:
  /// `options` must outlive the run.
  TrajectoryRun(const ModelConfig& config, const Prompt& prompt, const SilenceOptions& options);

  /// What the clean states must be measured for: all pairs of the tokens taking part.
  Comparison comparison() const;

  /// Takes state number `index`; every one, in order.
  void observe(int index, const CleanState& clean);

  /// The result, after the last state. Its timing and states are the caller's to fill.
  TrajectoryResult finish();

 private:
  const SilenceOptions& options_;
  int n_layer_;
  TrajectoryResult result_;
};

}  // namespace tacet::experiment
