#include "experiment/claims.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "tacet/error.h"

namespace tacet {
namespace {

void check(const StudyEvidence& evidence) {
  const auto n_blocks = static_cast<std::size_t>(evidence.n_layer);
  const bool has_means =
      evidence.clean.blocks.size() == n_blocks &&
      (!evidence.clean_without_first || evidence.clean_without_first->blocks.size() == n_blocks);
  if (evidence.n_layer < 1 || evidence.n_head < 1 || !has_means) {
    throw UsageError("a study needs the mean of every block of the clean model; give them all");
  }
  if (evidence.layer < 0 || evidence.layer >= evidence.n_layer) {
    throw UsageError(fmt::format("there is no block {}; the model's are 0 to {}", evidence.layer,
                                 evidence.n_layer - 1));
  }
  std::set<Head> heads;
  for (const SweepOutcome& one : evidence.outcomes) {
    if (one.heads.size() != 1 || one.layers.size() != n_blocks ||
        one.ripple.cut_layer != one.heads.front().layer) {
      throw UsageError(fmt::format("the outcome of {} is not that of one head", one.spec));
    }
    const Head head = one.heads.front();
    if (head.layer >= 0 && head.layer < evidence.n_layer && head.head >= 0 &&
        head.head < evidence.n_head) {
      heads.insert(head);
    }
  }
  const std::size_t n_heads = n_blocks * static_cast<std::size_t>(evidence.n_head);
  if (heads.size() != n_heads || evidence.outcomes.size() != n_heads) {
    throw UsageError(fmt::format("a study needs every head of the model once, {}; {} are there",
                                 n_heads, evidence.outcomes.size()));
  }
}

void check_divergences(const StudyEvidence& evidence) {
  const std::span<const double> all = evidence.divergences;
  const bool are_sound =
      std::ranges::all_of(all, [](double one) { return std::isfinite(one) && one >= 0; });
  if (all.empty() || (all.size() == evidence.outcomes.size() && are_sound)) return;
  throw UsageError(fmt::format(
      "the divergences are not those of the {} outcomes: give a finite one, 0 or above, for each",
      evidence.outcomes.size()));
}

void check_controls(const StudyEvidence& evidence) {
  const StudyControls& controls = *evidence.controls;
  const auto has_every_head = [&evidence](const std::vector<HeadReading>& set) {
    return set.size() == static_cast<std::size_t>(evidence.n_head);
  };
  if (controls.layer != evidence.layer || controls.sets.empty() ||
      controls.sets.size() != static_cast<std::size_t>(controls.n) ||
      !std::ranges::all_of(controls.sets, has_every_head)) {
    throw UsageError(
        fmt::format("the controls are not those of block {}: give n sets of {} readings, one for "
                    "each of its heads",
                    evidence.layer, evidence.n_head));
  }
}

/// The claims, in the order of EXPERIMENT.
std::vector<Claim> judge(const StudyEvidence& evidence) {
  std::vector<Claim> claims = {experiment::judge_early_fall(evidence),
                               experiment::judge_late_rise(evidence),
                               experiment::judge_late_rise_without_final_norm(evidence),
                               experiment::judge_small_immediate_effect(evidence),
                               experiment::judge_late_significance(evidence),
                               experiment::judge_both_signs(evidence),
                               experiment::judge_accumulation(evidence),
                               experiment::judge_every_head_contributes(evidence)};
  if (!evidence.divergences.empty()) {
    claims.push_back(experiment::judge_more_than_output(evidence));
  }
  claims.push_back(experiment::judge_same_bits(evidence));
  return claims;
}

/// Whether every changed row of every head was tested by `test`.
bool is_tested_by(const StudyEvidence& evidence, Test test) {
  return std::ranges::all_of(evidence.outcomes, [test](const SweepOutcome& one) {
    return std::ranges::all_of(one.layers, [test](const LayerEffect& row) {
      return row.effect == Effect::unchanged ||
             std::ranges::find(row.tests, test, &TestResult::name) != row.tests.end();
    });
  });
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::holds:
      return "holds";
    case Verdict::in_part:
      return "in_part";
    case Verdict::does_not_hold:
      return "does_not_hold";
  }
  return "";
}

std::vector<Claim> judge_claims(const StudyEvidence& evidence) {
  check(evidence);
  check_divergences(evidence);
  if (evidence.controls != nullptr) check_controls(evidence);
  std::vector<Claim> claims = judge(evidence);
  if (!is_tested_by(evidence, Test::token_swap)) return claims;
  std::vector<SweepOutcome> outcomes;
  outcomes.reserve(evidence.outcomes.size());
  for (const SweepOutcome& one : evidence.outcomes) {
    outcomes.push_back(decided_by(one, Test::token_swap));
  }
  StudyEvidence beside = evidence;
  beside.outcomes = outcomes;
  beside.controls = nullptr;  // they were tested by the study's own test
  const std::vector<Claim> standing = judge(beside);
  for (std::size_t i = 0; i < claims.size(); ++i) {
    if (claims[i].is_tested) claims[i].stands_up = standing[i].verdict;
  }
  return claims;
}

namespace experiment {

Verdict verdict_of(bool first, bool second) {
  if (first && second) return Verdict::holds;
  return first || second ? Verdict::in_part : Verdict::does_not_hold;
}

bool at_least(std::int64_t count, std::int64_t total, int percent) {
  return 100 * count >= percent * total;
}

std::string short_block(int layer) {
  return fmt::format("L{}/{}", layer, layer + 1);
}

}  // namespace experiment
}  // namespace tacet
