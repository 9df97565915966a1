#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tacet/study.h"

namespace tacet::experiment {

/// Holds when both conditions are met, in part when one is.
Verdict verdict_of(bool first, bool second);

/// `count` of `total`, from 0 to 1; 0 of nothing.
inline double share(std::int64_t count, std::int64_t total) {
  return total == 0 ? 0 : static_cast<double>(count) / static_cast<double>(total);
}

/// Whether `count` of `total` is at least `percent` of 100, decided in whole numbers.
bool at_least(std::int64_t count, std::int64_t total, int percent);

/// A figure of a claim: `value`, or none where it does not exist.
inline FigureValue figure(const std::optional<double>& value) {
  return value ? FigureValue(*value) : FigureValue();
}

/// "L3/4": a block and its index in Hugging Face's hidden_states.
std::string short_block(int layer);

/// What the claims about one block ask of a head with these rows, one for every block.
HeadReading reading_of(std::span<const LayerEffect> rows, const Ripple& ripple);

/// A number that decides a claim about the heads of one block.
struct Decider {
  std::string name;             ///< "share" or "ratio"
  std::optional<double> value;  ///< nullopt where it does not exist
  bool is_small = false;        ///< whether the claim asks for a small one
};

/// Adds to `claim`, whose numbers are `heads`, what the sets of `controls` have for the same ones:
/// `sets` holds the deciders of each, in the same order.
void add_control_figures(Claim& claim, const StudyControls& controls,
                         std::span<const Decider> heads,
                         std::span<const std::vector<Decider>> sets);

// One for each claim, in the order of EXPERIMENT. The evidence has been checked.

Claim judge_early_fall(const StudyEvidence& evidence);
Claim judge_late_rise(const StudyEvidence& evidence);
Claim judge_late_rise_without_final_norm(const StudyEvidence& evidence);
Claim judge_small_immediate_effect(const StudyEvidence& evidence);
Claim judge_late_significance(const StudyEvidence& evidence);
Claim judge_both_signs(const StudyEvidence& evidence);
Claim judge_accumulation(const StudyEvidence& evidence);
Claim judge_every_head_contributes(const StudyEvidence& evidence);
/// Only with divergences.
Claim judge_more_than_output(const StudyEvidence& evidence);
Claim judge_same_bits(const StudyEvidence& evidence);

}  // namespace tacet::experiment
