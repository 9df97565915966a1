#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tacet/intervention.h"
#include "tacet/model.h"

namespace tacet::engine {

/// What is added to the residual stream behind block `layer`'s attention, with every head's slice
/// left as it is.
struct Push {
  int layer = 0;
  int first_position = 0;       ///< the first position pushed
  std::span<const float> rows;  ///< [M - first_position, d_model]
};

/// What becomes of the residual stream that enters block `layer`: at the positions from
/// `first_position` on, as many as there are rows, it is replaced.
struct StreamPatch {
  int layer = 0;
  int first_position = 0;
  std::span<const float> rows;  ///< [n, d_model], n >= 1
};

/// Further runs of each intervention with noise on their residual streams (noise.h).
struct NoiseDraws {
  int count = 0;
  std::uint64_t seed = 0;
};

/// One prompt of a pass and what is done to it.
struct PassPrompt {
  std::span<const std::int32_t> token_ids;
  std::span<const Intervention> interventions;
  std::span<const Push> pushes = {};  ///< runs of their own, numbered on from the interventions
  NoiseDraws noise = {};
  std::span<const StreamPatch> patches = {};  ///< likewise, numbered on from the pushes
};

/// Where the rows of one run lie in a batch: the first ones may be another run's, the rest are its
/// own and lie one after the other.
struct Sequence {
  std::vector<std::uint32_t> row_of;  ///< per position, [M]
  std::size_t first_own = 0;          ///< first position with a row of its own; M without one

  std::size_t n_own() const { return row_of.size() - first_own; }
  /// First of its own rows; only where n_own() > 0.
  std::size_t first_row() const { return row_of[first_own]; }
};

/// A run with an intervention, a push or a patch of the stream: one of the three. It has rows of
/// its own from its cut on.
struct BatchRun {
  std::size_t prompt = 0;
  std::size_t number = 0;  ///< among its prompt's interventions, pushes and patches
  const Intervention* intervention = nullptr;
  const Push* push = nullptr;
  const StreamPatch* patch = nullptr;
  int draw = 0;  ///< of the noise, from 1 on; 0 is the run without noise
  Sequence sequence;

  int cut_layer() const;
  std::size_t first_position() const;
  /// Where it leaves the clean run, in order: a patch before its block, all others within it.
  int leaves_at() const { return 2 * cut_layer() + (patch != nullptr ? 0 : 1); }
};

/// The plan of a pass: which rows are computed, and where they lie.
///
/// A row depends on the tokens up to its own and on its intervention alone, so it is computed once
/// for all runs that agree so far: prompts share the clean rows of a common beginning, and a run
/// shares the clean rows before its first position and, with the same intervention of another
/// prompt, those of their common beginning. A push, a patch, a run with noise, or one whose slices
/// become their mean over the prompt, shares clean rows alone. Runs are sorted by their cuts, so
/// that the rows in use at any block are the first ones.
class Batch {
 public:
  /// The prompts' ids, interventions, pushes and patches must outlive the batch.
  explicit Batch(std::span<const PassPrompt> prompts);

  /// Clean sequences, one per prompt.
  const std::vector<Sequence>& clean() const { return clean_; }
  /// Runs in the order in which they leave the clean one; together, by prompt and number.
  const std::vector<BatchRun>& runs() const { return runs_; }
  std::size_t n_clean_rows() const { return n_clean_rows_; }
  std::size_t n_rows() const { return n_rows_; }
  /// Whether a run has rows that belong to another run and not to a clean one.
  bool runs_share_rows() const { return runs_share_rows_; }
  /// Runs that enter block `layer` with rows of their own: those whose cut is below it, and the
  /// patches of the stream that enters it.
  std::size_t runs_before(int layer) const;
  /// Runs that have rows of their own once the interventions of block `layer` are made.
  std::size_t runs_within(int layer) const;
  /// Rows in use in the stream that enters block `layer`.
  std::size_t rows_before(int layer) const { return rows_of(runs_before(layer)); }
  /// Rows in use once the interventions of block `layer` are made.
  std::size_t rows_within(int layer) const { return rows_of(runs_within(layer)); }

  /// From now on every sequence has the row of its last position alone, at every position. Returns
  /// where the rows that are left lay, ascending; they are to be moved to the front in this order.
  std::vector<std::uint32_t> keep_last_rows();

 private:
  /// Runs that have left the clean one at `moment` (BatchRun::leaves_at).
  std::size_t runs_up_to(int moment) const;
  /// Rows in use where the first `n_runs` runs have rows of their own.
  std::size_t rows_of(std::size_t n_runs) const;
  void add_clean(std::span<const PassPrompt> prompts);
  void add_runs(std::span<const PassPrompt> prompts);

  std::vector<Sequence> clean_;
  std::vector<BatchRun> runs_;
  std::size_t n_clean_rows_ = 0;
  std::size_t n_rows_ = 0;
  bool runs_share_rows_ = false;
  bool only_last_rows_ = false;
};

}  // namespace tacet::engine
