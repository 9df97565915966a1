/// @file
/// What heads do across prompts: sweeps of several prompts with the prompt as the observation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tacet/intervention.h"
#include "tacet/prompt_tests.h"
#include "tacet/sweep.h"

namespace tacet {

/// What one intervention did to one prompt, as far as a test across prompts looks at it.
struct PromptEffect {
  std::string spec;         ///< as in SweepOutcome
  std::vector<Head> heads;  ///< sorted
  int cut_layer = 0;
  double late_delta = 0;            ///< as in Ripple
  std::optional<double> late_se;    ///< as in Ripple
  std::vector<double> mean_deltas;  ///< of every block, in order
};

/// The effects that one prompt's outcomes hold, in the same order.
std::vector<PromptEffect> prompt_effects(std::span<const SweepOutcome> outcomes);

/// The settings of `across`.
struct AcrossOptions {
  double alpha = 0.05;           ///< intervals are at 1 - alpha
  ResamplingOptions resampling;  ///< of the max-T test where patterns are drawn, and of the split
};

/// One block of one intervention across prompts. A number that does not exist is nullopt.
struct AcrossBlock {
  int layer = 0;
  double mean = 0;                ///< of mean_delta over the units
  std::optional<double> t;        ///< over the units
  std::optional<double> p;        ///< of the t
  std::optional<double> p_max_t;  ///< over all cells of the family
};

/// One intervention across prompts.
struct AcrossHead {
  std::string spec;
  std::vector<Head> heads;
  int cut_layer = 0;
  MeanTest late;                 ///< late_delta, unweighted
  RandomEffects random_effects;  ///< late_delta, weighted, by late_se within the prompts
  SignCount signs;               ///< of late_delta
  std::optional<double> p_flip;  ///< late_delta by flipping signs, uncorrected
  std::optional<double> p_max_t;
  std::optional<double> p_holm;     ///< of late.p over the interventions
  std::optional<double> p_bh;       ///< likewise, Benjamini and Hochberg
  std::vector<AcrossBlock> blocks;  ///< those at and above the cut
};

/// A sweep across prompts.
struct AcrossResult {
  double alpha = 0.05;
  std::size_t n_prompts = 0;
  std::size_t n_units = 0;        ///< groups of prompts, each counting once
  std::size_t family_size = 0;    ///< cells of the max-T test
  bool enumerated = false;        ///< whether its patterns of signs are all there are
  std::int64_t n_patterns = 0;    ///< 0 with fewer than 2 units: there is no such test
  std::uint64_t seed = 0;         ///< of the patterns, where they are drawn
  double smallest_p = 1;          ///< below which p_flip and p_max_t cannot fall
  std::vector<AcrossHead> heads;  ///< in the order of the outcomes
};

/// Tests every intervention across prompts; `prompts` holds each prompt's effects, of the same
/// interventions in the same order, `groups` the name of each prompt's group ("" for none; prompts
/// of one group are averaged and count once). The family of the max-T test are all blocks at and
/// above their cuts and, for each intervention, late_delta. A prompt without late_se takes no part
/// in the random effects, whose note then says so. Throws UsageError for fewer than 2 prompts, for
/// interventions or numbers of blocks that differ, and as the tests do. Thread safe.
AcrossResult across(std::span<const std::vector<PromptEffect>> prompts,
                    std::span<const std::string> groups, const AcrossOptions& options);

/// The same from outcomes.
AcrossResult across(std::span<const std::vector<SweepOutcome>> prompts,
                    std::span<const std::string> groups, const AcrossOptions& options);

/// Interventions chosen on one half of the prompts and tested on the other.
struct HoldoutResult {
  std::uint64_t seed = 0;                       ///< of the split
  std::vector<std::size_t> choosing;            ///< prompts that the choice was made on, ascending
  std::vector<std::size_t> testing;             ///< the others
  std::size_t n_units_choosing = 0;             ///< groups among them
  std::vector<std::optional<double>> chosen_t;  ///< t of late_delta on the first half, per head
  AcrossResult tested;  ///< on the second half alone; the strongest choice first
};

/// Splits the groups of prompts at random (by the seed of `options.resampling`), the larger half
/// to choose on; takes the `n_heads` interventions with the largest |t| of late_delta there; tests
/// them on the other half alone, so that no test saw the data that chose its head. Errors as for
/// `across`, and UsageError for fewer than 4 groups or n_heads of 0.
HoldoutResult hold_out(std::span<const std::vector<PromptEffect>> prompts,
                       std::span<const std::string> groups, std::size_t n_heads,
                       const AcrossOptions& options);

}  // namespace tacet
