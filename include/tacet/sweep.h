/// @file
/// The experiment for many interventions and prompts, in one pass over the weights.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tacet/intervention.h"
#include "tacet/model.h"
#include "tacet/silence.h"
#include "tacet/stats.h"

namespace tacet {

/// One prompt of a sweep and what is done to it.
struct SweepPrompt {
  Prompt prompt;
  std::vector<Intervention> interventions;  ///< may be empty: the clean trajectory alone
  /// Pairs of this prompt's tokens to follow, behind those of `SweepOptions::silence.follow`.
  std::vector<WordPair> follow = {};
};

/// The settings of a sweep.
struct SweepOptions {
  /// Measures, tests and threads, as for `silence`. `keep_states` must be false; `progress` is
  /// called with the steps of the whole sweep.
  SilenceOptions silence;
  /// Most bytes of working memory, the model's file not counted; 0 means `default_memory()`. What
  /// a single intervention of the longest prompt needs is used in any case, and more than some
  /// thousand rows of states at a time never: that would gain nothing, and results come later.
  std::uint64_t memory = 0;
  /// With n > 0 every row of a result has a `noise_floor`: the largest |change of mean_delta| over
  /// n more silenced runs, in which every value of the residual stream is multiplied by
  /// 1 + 2^-24 u after each block from the cut on, u uniform in [-1, 1). Rows that are still the
  /// clean run's, bit for bit, are left alone: their rounding errors are equal and cancel. The
  /// draws follow from `silence.resampling.seed`, the intervention, the draw, the block, the
  /// position and the dimension alone. Must be 0 ... kMostNoiseDraws.
  int noise_draws = 0;
};

/// Draws that `tacet sweep --noise-floor` takes.
inline constexpr int kNoiseDraws = 8;
inline constexpr int kMostNoiseDraws = 1000;

/// Takes what a sweep finds, on the calling thread. Both may throw to stop the sweep.
struct SweepSink {
  /// The clean run of prompt number `prompt`: once for each prompt, before its results.
  std::function<void(std::size_t prompt, const TrajectoryResult& result)> trajectory;
  /// The result of intervention number `intervention` of prompt number `prompt`, in the order of
  /// the prompts and, within a prompt, of its interventions.
  std::function<void(std::size_t prompt, std::size_t intervention, const SilenceResult& result)>
      result;
};

/// A quarter of the memory that is free on this machine now, in bytes.
std::uint64_t default_memory();

/// Runs every intervention on its prompt. The blocks are gone up once for as many interventions as
/// `memory` holds: the clean rows of every prompt and the rows of every intervention whose cut is
/// reached go through a block together, so that its weights are read and packed once for all.
/// Beginnings that prompts share are computed once.
///
/// Every number outside `timing` (left at 0) is bit for bit the one that `silence` and `trajectory`
/// give for the same prompt and intervention, for every `memory`, thread count and order.
/// All other numbers are the same bits with and without `noise_draws`.
/// Errors as for `silence`, all of a request's found before any work starts; those about one prompt
/// say which (its number, from 0). UsageError when `keep_states` is set, `precision`
/// is float64, or `noise_draws` out of range. Thread safe.
void sweep(const Model& model, std::span<const SweepPrompt> prompts, const SweepOptions& options,
           const SweepSink& sink);

/// What a sweep found for one intervention on one prompt, without the prompt.
struct SweepOutcome {
  std::string spec;                       ///< `L3H5`, `L3H5+L4H2`
  std::vector<Head> heads;                ///< sorted
  std::int64_t values_changed = 0;        ///< as in SilenceResult
  std::vector<LayerEffect> layers;        ///< one per block, in order
  std::optional<LayerEffect> final_norm;  ///< nullopt with StatesKind::hf
  Ripple ripple;
  std::vector<FollowedPair> followed = {};  ///< the pairs that the sweep followed
};

/// The outcome that a result holds.
SweepOutcome outcome_of(const SilenceResult& result);

/// The outcome as it would be had `test` decided: its statistic, p, interval, significance and
/// effect in every row, and the ripple that follows from them. Throws UsageError when a row that
/// changed does not hold that test.
SweepOutcome decided_by(SweepOutcome outcome, Test test);

/// What the map of a sweep shows (`--metric`).
enum class Metric {
  late,       ///< mean delta over the late blocks, `late_delta`
  immediate,  ///< mean delta at the cut, `immediate_delta`
  extreme,    ///< the mean delta that is farthest from 0, over the blocks from the cut on
  t,          ///< t of the block of `extreme`
  cohen_dz,   ///< d_z of the block of `extreme`
  onset,      ///< the first significant block from the cut on
};

std::string_view to_string(Metric metric);

/// One intervention in short: over one prompt, or the means over several (a number that does not
/// exist for a prompt is left out).
struct HeadSummary {
  std::string spec;
  std::vector<Head> heads;
  int cut_layer = 0;
  double late = 0;
  double immediate = 0;
  double extreme = 0;
  int extreme_layer = 0;  ///< over several prompts: the one most often farthest; ties: the lowest
  std::optional<double> t;
  std::optional<double> cohen_dz;
  std::optional<double> onset;  ///< by the family of the whole sweep
  /// Smallest p_adjusted of the late blocks, in the family of all reachable cells of the sweep;
  /// over several prompts: the median.
  std::optional<double> p_adjusted;
  /// Over several prompts: by the sign of the mean `late`, where at least half of them have a role.
  Role role = Role::none;
  bool immediate_effect = false;  ///< significant at the cut; over several: in at least half
  bool extreme_effect = false;    ///< the same for the block of `extreme`
  std::int64_t n_prompts = 1;
  std::int64_t n_significant = 0;  ///< prompts with a significant late block
};

/// A sweep in short.
struct SweepSummary {
  int n_layer = 0;
  int n_head = 0;
  double alpha = 0.05;
  Correction correction = Correction::bh;
  std::int64_t family_size = 0;    ///< reachable head x block cells of one prompt's sweep
  std::vector<HeadSummary> heads;  ///< one per intervention, in order
  std::int64_t n_separators = 0;
  std::int64_t n_connectors = 0;
  std::int64_t n_none = 0;
  std::int64_t n_late_only = 0;  ///< separators and connectors without an effect at the cut
};

/// Sums up one prompt's sweep. Significance is decided anew, by `correction` over all cells of
/// `outcomes` at and above their cuts (blocks of `layers` only).
SweepSummary summarise(std::span<const SweepOutcome> outcomes, int n_layer, int n_head,
                       double alpha, Correction correction = Correction::bh);

/// Sums up several prompts' sweeps of the same interventions, in the same order. Throws UsageError
/// when there is none, or when they differ in shape or interventions.
SweepSummary summarise(std::span<const SweepSummary> prompts);

/// The value of a metric for one head; nullopt where it does not exist (no onset, an unchanged t).
std::optional<double> value_of(const HeadSummary& head, Metric metric);

/// The sweep in words: one or two sentences on what stands out, made from the numbers.
std::string describe(const SweepSummary& summary);

}  // namespace tacet
