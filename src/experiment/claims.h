#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "tacet/study.h"

namespace tacet::experiment {

/// Holds when both conditions are met, in part when one is.
Verdict verdict_of(bool first, bool second);

/// Whether `count` of `total` is at least `percent` of 100, decided in whole numbers.
bool at_least(std::int64_t count, std::int64_t total, int percent);

/// "L3/4": a block and its index in Hugging Face's hidden_states.
std::string short_block(int layer);

// One for each claim, in the order of EXPERIMENT. The evidence has been checked.

Claim judge_early_fall(const StudyEvidence& evidence);
Claim judge_late_rise(const StudyEvidence& evidence);
Claim judge_late_rise_without_final_norm(const StudyEvidence& evidence);
Claim judge_small_immediate_effect(const StudyEvidence& evidence);
Claim judge_late_significance(const StudyEvidence& evidence);
Claim judge_both_signs(const StudyEvidence& evidence);
Claim judge_accumulation(const StudyEvidence& evidence);
Claim judge_every_head_contributes(const StudyEvidence& evidence);
Claim judge_same_bits(const StudyEvidence& evidence);

}  // namespace tacet::experiment
