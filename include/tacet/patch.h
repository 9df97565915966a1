/// @file
/// Activation patching: which part of a run makes the difference between two prompts.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tacet/model.h"
#include "tacet/silence.h"

namespace tacet {

/// What is patched in one cell (`--by`).
enum class PatchBy {
  head,            ///< a head's output z at all positions
  head_position,   ///< a head's output z at one position
  block_position,  ///< the residual stream that enters a block (`resid_pre`), at one position
};

/// Which run is patched with what (`--direction`).
enum class PatchDirection {
  denoise,  ///< the clean run's values go into the corrupted run: what is enough for the answer
  noise,    ///< the corrupted run's values go into the clean run: what is needed for it
};

/// `head`, `head,position`, `block,position`; `denoise`, `noise`.
std::string_view to_string(PatchBy by);
std::string_view to_string(PatchDirection direction);

/// Two prompts of the same length, and the tokens whose logits are compared after the last one.
struct PatchPair {
  Prompt clean;
  Prompt corrupt;
  Token target;
  Token contrast;
};

/// A pair as it runs untouched.
struct PairRun {
  PatchPair pair;
  double clean_logit_diff = 0;    ///< target's logit minus contrast's, in the clean run
  double corrupt_logit_diff = 0;  ///< in the corrupted run
};

/// What patching one place does. Over several pairs, means.
struct PatchCell {
  int layer = 0;
  std::optional<int> head;
  std::optional<int> position;
  double logit_diff = 0;  ///< of the patched run
  /// The share of the difference between the two runs that the patch brings: 0 leaves the patched
  /// run as it was, 1 makes it the other one. (patched - corrupt) / (clean - corrupt) of the logit
  /// difference, with `noise` (patched - clean) / (corrupt - clean); of several pairs from the
  /// means of the logit differences. Null where clean and corrupt are equal.
  std::optional<double> recovered;
  std::optional<double> logit_diff_sd;  ///< over the pairs, n - 1; null for a single pair
  /// Of the pairs' own shares, n - 1; null with fewer than two pairs that have one.
  std::optional<double> recovered_sd;
};

/// What `patch` finds.
struct PatchResult {
  std::vector<PairRun> pairs;     ///< in the order given
  double clean_logit_diff = 0;    ///< mean over the pairs
  double corrupt_logit_diff = 0;  ///< likewise
  PatchBy by = PatchBy::head;
  PatchDirection direction = PatchDirection::denoise;
  /// Ordered by layer, head, position.
  std::vector<PatchCell> cells;
  /// Patches that were run, of all pairs. The others put in what is there already, bit for bit, as
  /// wherever the two prompts still agree.
  std::int64_t runs = 0;
};

/// The settings of `patch`.
struct PatchOptions {
  PatchBy by = PatchBy::head;
  PatchDirection direction = PatchDirection::denoise;
  std::uint64_t memory = 0;  ///< most bytes of working memory; 0 means `default_memory()`
  int threads = 0;           ///< 0 means all cores
  /// Called on the calling thread after each step of the work. May throw to stop.
  std::function<void(int done, int total)> progress;
};

/// Throws what `patch` throws for this pair.
void check_pair(const Model& model, const PatchPair& pair);

/// Throws what `patch` throws for these pairs and options before it computes anything.
void check_patch(const Model& model, std::span<const PatchPair> pairs, const PatchOptions& options);

/// Patches every head, head x position or block x position, each by itself, in every pair, and says
/// how far that takes the logit difference of target and contrast from one run's towards the
/// other's (Zhang and Nanda 2023; the measure of Wang et al. 2022).
///
/// One pass keeps both runs' values; the patched runs then go up the blocks side by side, each with
/// rows of its own from its block and position on: earlier rows are the unpatched run's. Every
/// number is the same, bit for bit, for every thread count and `memory`. A patch that changes
/// nothing has the unpatched logit difference and recovers exactly 0 (or null).
///
/// Throws UsageError for no pair and tokens outside the vocabulary; InputError for prompts without
/// tokens or longer than the model's positions, for a pair whose prompts differ in length, and,
/// when cells have positions, for pairs of different lengths; of several pairs it says which (its
/// number, from 0); NumericError for NaN or infinity; ModelError when the model's file changes
/// under the run. Thread safe.
PatchResult patch(const Model& model, std::span<const PatchPair> pairs,
                  const PatchOptions& options);

}  // namespace tacet
