/// @file
/// What silencing heads does to the prediction of the next token, across prompts.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tacet/predict.h"
#include "tacet/prompt_tests.h"

namespace tacet {

/// A change, silenced minus clean, over the prompts.
struct PredictChange {
  MeanTest test;               ///< one-sample t-test of the change against 0
  std::optional<double> p_bh;  ///< p adjusted by Benjamini and Hochberg over the interventions
};

/// One intervention over the prompts.
struct PredictAcrossRow {
  std::string spec;
  std::vector<Head> heads;  ///< sorted
  std::string mode;         ///< as to_string(SliceMode) spells it
  PredictChange log_prob;   ///< of the target's ln P
  /// Of the logit difference, over the prompts with a contrast; nullopt where none has one.
  std::optional<PredictChange> logit_diff;
  /// Mean and spread of KL(clean || silenced). It cannot be below 0, so that there is no test.
  std::size_t kl_n = 0;
  double kl_mean = 0;
  std::optional<double> kl_sd;  ///< n - 1; nullopt with one unit
  double top1_changed = 0;  ///< share of the prompts in which another token is the likeliest one
};

/// Predictions across prompts.
struct PredictAcrossResult {
  double alpha = 0.05;  ///< intervals are at 1 - alpha
  std::size_t n_prompts = 0;
  std::size_t n_units = 0;             ///< groups of prompts, each counting once
  std::vector<PredictAcrossRow> rows;  ///< in the order of the interventions
};

/// Sums up predictions over prompts, the prompt being the observation: prompts of one group
/// (`groups` has a name for each prompt, "" for none) are averaged and count once, but for the
/// share of `top1_changed`, which counts prompts. All prompts must have the same interventions in
/// the same order, positions apart, and each its own target and contrast. One unit gives means and
/// no tests. Throws UsageError for no prompt, for interventions that differ, another number of
/// groups, and alpha outside (0, 1). Thread safe.
PredictAcrossResult predict_across(std::span<const PredictResult> prompts,
                                   std::span<const std::string> groups, double alpha = 0.05);

}  // namespace tacet
