/// @file
/// What the heads of a sweep do to pairs of tokens that were followed: one number a head and
/// prompt, tested over the blocks of one prompt or over several prompts.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tacet/intervention.h"
#include "tacet/prompt_tests.h"
#include "tacet/sweep.h"

namespace tacet {

/// Fewest blocks at and above a cut that are tested.
inline constexpr std::size_t kFewestFollowedBlocks = 3;

/// What one intervention does to one pair of one prompt. Delta is the pair's cosine silenced minus
/// clean. A number that does not exist is nullopt.
struct FollowedHead {
  std::string spec;         ///< as in SweepOutcome
  std::vector<Head> heads;  ///< sorted
  int cut_layer = 0;
  double late_delta = 0;  ///< mean delta over the late blocks at or above the cut, as in Ripple
  /// Of the rows of `layers` at and above the cut: their number, the mean of delta, and the paired
  /// t-test of silenced against clean over them, a block an observation. Of fewer than
  /// kFewestFollowedBlocks there is no more than number and mean. Far too liberal: consecutive
  /// blocks share the residual stream, so that their deltas are anything but independent.
  MeanTest blocks;
  std::optional<double> p_bonferroni;  ///< of blocks.p over all interventions
  std::optional<double> p_bh;          ///< likewise, Benjamini and Hochberg
};

/// One pair of one prompt, by every intervention.
struct FollowedSweep {
  WordPair pair;
  std::size_t family_size = 0;      ///< interventions; those without a p count as p = 1
  std::vector<FollowedHead> heads;  ///< in the order of the outcomes
};

/// What the interventions of one prompt's sweep do to each of the pairs that it followed, in the
/// order in which the outcomes hold them. Intervals of the tests are at 1 - alpha. Throws
/// UsageError for outcomes that do not follow the same pairs over the same blocks, and alpha
/// outside (0, 1). Thread safe.
std::vector<FollowedSweep> followed_heads(std::span<const SweepOutcome> outcomes, double alpha);

/// What one intervention does to one pair of words across prompts.
struct FollowedAcrossHead {
  std::string spec;
  std::vector<Head> heads;
  int cut_layer = 0;
  MeanTest late;                       ///< late_delta, a group of prompts an observation
  SignCount signs;                     ///< of late_delta
  std::optional<double> p_bonferroni;  ///< of late.p over all interventions
  std::optional<double> p_bh;          ///< likewise, Benjamini and Hochberg
};

/// One pair of words across prompts, by every intervention.
struct FollowedAcross {
  std::string pair;  ///< as in WordPair::name
  std::size_t n_prompts = 0;
  std::size_t n_units = 0;      ///< groups of prompts, each counting once
  std::size_t family_size = 0;  ///< interventions; those without a p count as p = 1
  std::vector<FollowedAcrossHead> heads;
};

/// Tests each pair of words across prompts. `prompts` holds each prompt's `followed_heads`, of the
/// same interventions and names of pairs; `groups` the name of each prompt's group as for `across`.
/// A name that stands for several places of a prompt has their mean there: a prompt is one
/// observation. In the order of the first prompt. Throws UsageError for fewer than 2 prompts,
/// interventions or names that differ, another number of groups, and alpha outside (0, 1).
/// Thread safe.
std::vector<FollowedAcross> followed_across(std::span<const std::vector<FollowedSweep>> prompts,
                                            std::span<const std::string> groups, double alpha);

/// The places in `heads` of the `count` that move a pair most, by the size of late_delta (across
/// prompts: of its mean), the largest first; of equal ones the first.
std::vector<std::size_t> strongest(std::span<const FollowedHead> heads, std::size_t count);
std::vector<std::size_t> strongest(std::span<const FollowedAcrossHead> heads, std::size_t count);

}  // namespace tacet
