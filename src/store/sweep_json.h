/// @file
/// What a sweep found, as JSON and CSV.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "store/json_values.h"
#include "store/sweep_database.h"
#include "tacet/across.h"
#include "tacet/followed.h"
#include "tacet/sweep.h"

namespace tacet::store {

/// How a sweep with a noise floor stands to it.
struct SweepNoise {
  double floor = 0;                ///< the largest noise floor of all blocks
  std::int64_t n_significant = 0;  ///< blocks, by the runs' own family
  std::int64_t n_near = 0;         ///< those of them that lie near their noise floor
};

/// What the interventions of one run do to the pairs that it follows.
struct FollowedRun {
  std::vector<FollowedSweep> pairs;
  /// Of each, the pair along the blocks with the intervention that moves it most.
  std::vector<FollowedPair> strongest;
};

/// A sweep as it is shown: the runs that belong together, and what they found.
struct SweepListing {
  /// At least one; of one model and, but for the positions, of one setting.
  std::vector<StoredRun> runs;
  std::vector<SweepSummary> per_run;  ///< one per run, of the same interventions
  SweepSummary summary;               ///< over all runs
  /// The same summary by each test that was made beside the one that decides.
  std::vector<std::pair<Test, SweepSummary>> beside;
  std::optional<SweepNoise> noise;  ///< over the blocks of all runs; nullopt without --noise-floor
  /// With several runs, what the tests across prompts look at, one per run; else empty.
  std::vector<std::vector<PromptEffect>> effects;
  std::optional<AcrossResult> across;           ///< with several runs
  std::optional<HoldoutResult> holdout;         ///< where it was asked for
  std::vector<FollowedRun> followed;            ///< one per run; empty where no pairs are followed
  std::vector<FollowedAcross> followed_across;  ///< with several runs that follow pairs; else empty
};

/// `"schema": "tacet.sweep/1"`: schema, version, model, prompts [{run, id, group, prompt,
/// positions, tokens}], settings (what the rows of the database were measured and tested with),
/// test (what this summary was tested with), heads [{spec, heads, layer, head, cut_layer,
/// late_delta, ...}], counts, tests {NAME {heads [{spec, role, p_adjusted, ...}], counts}} of those
/// made beside, noise {floor, n_significant, n_near} | null, across (null with one prompt; see
/// across_json.h), and where pairs are followed `followed` (see followed_json.h). `layer` and
/// `head` are null for a joint intervention; with several prompts the numbers of `heads` are means
/// over them. Throws NumericError for NaN.
std::string sweep_json(const SweepListing& listing);
/// The same, before it becomes text.
Json sweep_document(const SweepListing& listing);

/// One line per run and intervention: `run`, then the keys of the JSON's `heads`. Where pairs are
/// followed one line per run, intervention and pair, whose numbers stand behind the others.
std::string sweep_csv(const SweepListing& listing);

/// The CSV before it becomes text: an object with its columns as keys, and one for each line.
struct SweepRows {
  Json columns;
  std::vector<Json> rows;
};
SweepRows sweep_rows(const SweepListing& listing);

}  // namespace tacet::store
