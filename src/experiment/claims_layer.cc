// The claims about the heads of one block: the study's "layer 3", read in both ways.
#include <algorithm>
#include <cmath>
#include <cstddef>

#include <fmt/format.h>

#include "experiment/claims.h"

namespace tacet::experiment {
namespace {

constexpr double kSmallRatio = 0.25;
constexpr double kGrownRatio = 2;

using Outcomes = std::vector<const SweepOutcome*>;

/// One reading of "layer 3", judged.
struct Reading {
  Verdict verdict = Verdict::does_not_hold;
  std::vector<Figure> figures;
  std::string text;
};

Outcomes outcomes_in(const StudyEvidence& evidence, int layer) {
  Outcomes found;
  for (const SweepOutcome& one : evidence.outcomes) {
    if (one.ripple.cut_layer == layer) found.push_back(&one);
  }
  return found;
}

/// The median; nullopt of nothing.
std::optional<double> median_of(const std::vector<double>& values) {
  return values.empty() ? std::nullopt : std::optional(median(values));
}

FigureValue figure(const std::optional<double>& value) {
  return value ? FigureValue(*value) : FigureValue();
}

double share(std::int64_t count, std::int64_t total) {
  return static_cast<double>(count) / static_cast<double>(total);
}

/// With two decimals; "-" where it does not exist.
std::string ratio_text(const std::optional<double>& ratio) {
  const double value = ratio.value_or(0);
  return ratio ? fmt::format("{:.2f}", value) : "-";
}

const LayerEffect& row_of(const SweepOutcome& outcome, int layer) {
  return outcome.layers[static_cast<std::size_t>(layer)];
}

/// Judges the block that is asked for, and the one below, which is meant where hidden_states are
/// counted: its figures stand behind, named `other_...`.
template <typename Judge>
void judge_both(Claim& claim, const StudyEvidence& evidence, const Judge& judge) {
  const auto read = [&](int layer) {
    Reading reading = judge(outcomes_in(evidence, layer), layer);
    reading.figures.insert(reading.figures.begin(), {{"layer", std::int64_t{layer}},
                                                     {"n_heads", std::int64_t{evidence.n_head}}});
    return reading;
  };
  Reading asked = read(evidence.layer);
  claim.verdict = asked.verdict;
  claim.reading = std::move(asked.text);
  // Block 0 is hidden_states[1]; hidden_states[0], the embedding, has no heads to silence.
  const bool has_other = evidence.layer > 0;
  const Reading other = has_other ? read(evidence.layer - 1) : asked;
  claim.figures = std::move(asked.figures);
  for (const auto& [name, value] : other.figures) {
    claim.figures.emplace_back("other_" + name, has_other ? value : FigureValue());
  }
  claim.figures.emplace_back(
      "other_verdict",
      has_other ? FigureValue(std::string(to_string(other.verdict))) : FigureValue());
}

Reading read_immediate(const Outcomes& outcomes, int layer) {
  std::vector<double> ratios;
  std::int64_t n_quiet = 0;
  for (const SweepOutcome* const one : outcomes) {
    const double immediate = std::abs(one->ripple.immediate_delta);
    const double late = std::abs(one->ripple.late_delta);
    // A head that changes nothing, early or late, has no ratio.
    if (immediate > 0 || late > 0) ratios.push_back(immediate / late);
    if (!row_of(*one, layer).significant) ++n_quiet;
  }
  const auto n_heads = static_cast<std::int64_t>(outcomes.size());
  const std::optional<double> ratio = median_of(ratios);
  Reading reading;
  reading.verdict = verdict_of(ratio && *ratio <= kSmallRatio, at_least(n_quiet, n_heads, 50));
  reading.figures = {{"median_ratio", figure(ratio)},
                     {"n_not_significant", n_quiet},
                     {"share_not_significant", share(n_quiet, n_heads)}};
  reading.text = fmt::format("{}: immediate / late is {}; {} of {} heads not significant there",
                             short_block(layer), ratio_text(ratio), n_quiet, n_heads);
  return reading;
}

/// How often a head is significant in the late blocks that it can reach.
struct LateCount {
  int n_blocks = 0;
  int n_significant = 0;
  bool one_sign = true;
};

LateCount count_late(const SweepOutcome& outcome) {
  LateCount count;
  double sign = 0;
  for (const int layer : outcome.ripple.late_layers) {
    if (layer < outcome.ripple.cut_layer) continue;
    ++count.n_blocks;
    const LayerEffect& row = row_of(outcome, layer);
    if (!row.significant) continue;
    ++count.n_significant;
    if (sign * row.mean_delta < 0) count.one_sign = false;
    sign = row.mean_delta < 0 ? -1 : 1;
  }
  return count;
}

Reading read_late(const Outcomes& outcomes, int layer) {
  std::int64_t n_all = 0;
  std::int64_t n_any = 0;
  int n_blocks = 0;
  for (const SweepOutcome* const one : outcomes) {
    const LateCount count = count_late(*one);
    n_blocks = count.n_blocks;
    if (count.n_significant == count.n_blocks && count.one_sign) ++n_all;
    if (count.n_significant > 0) ++n_any;
  }
  const auto n_heads = static_cast<std::int64_t>(outcomes.size());
  Reading reading;
  reading.verdict = verdict_of(at_least(n_all, n_heads, 50), n_any == n_heads);
  reading.figures = {{"n_late_layers", std::int64_t{n_blocks}},
                     {"n_in_all", n_all},
                     {"share_in_all", share(n_all, n_heads)},
                     {"n_in_any", n_any}};
  reading.text = fmt::format("{}: {} of {} heads in all {} late blocks with one sign, {} in any",
                             short_block(layer), n_all, n_heads, n_blocks, n_any);
  return reading;
}

Reading read_accumulation(const Outcomes& outcomes, int layer) {
  std::vector<double> at_cut;
  std::vector<double> at_last;
  std::int64_t n_growing = 0;
  for (const SweepOutcome* const one : outcomes) {
    at_cut.push_back(row_of(*one, layer).perturbation_absolute);
    at_last.push_back(one->layers.back().perturbation_absolute);
    if (one->ripple.growth.value_or(0) > 0) ++n_growing;
  }
  const auto n_heads = static_cast<std::int64_t>(outcomes.size());
  const double first = median(at_cut);
  const double last = median(at_last);
  const std::optional<double> ratio =
      first > 0 || last > 0 ? std::optional(last / first) : std::nullopt;
  Reading reading;
  reading.verdict =
      verdict_of(last > 0 && last >= kGrownRatio * first, at_least(n_growing, n_heads, 50));
  reading.figures = {{"median_at_cut", first},
                     {"median_at_last", last},
                     {"ratio", figure(ratio)},
                     {"n_growing", n_growing},
                     {"share_growing", share(n_growing, n_heads)}};
  reading.text = fmt::format("{}: ‖δ‖ x {} to the last block; growth above 0 in {} of {} heads",
                             short_block(layer), ratio_text(ratio), n_growing, n_heads);
  return reading;
}

}  // namespace

Claim judge_small_immediate_effect(const StudyEvidence& evidence) {
  Claim claim;
  claim.id = "small_immediate_effect";
  claim.is_tested = true;
  claim.statement = "Silencing a head changes little in its own block.";
  claim.rule =
      "The median over the block's heads of abs(immediate) / abs(late) is at most 0.25; and at "
      "least half of the heads are not significant at the cut.";
  judge_both(claim, evidence, read_immediate);
  return claim;
}

Claim judge_late_significance(const StudyEvidence& evidence) {
  Claim claim;
  claim.id = "late_significance";
  claim.is_tested = true;
  claim.statement = "In the late blocks the change is consistent and clearly significant.";
  claim.rule =
      "At least half of the block's heads are significant in all late blocks with one sign; and "
      "every one is in at least one.";
  judge_both(claim, evidence, read_late);
  return claim;
}

Claim judge_accumulation(const StudyEvidence& evidence) {
  Claim claim;
  claim.id = "accumulation";
  claim.statement = "The change does not die out on its way up: it grows.";
  claim.rule =
      "The median over the block's heads of the length of the change at the last block is at "
      "least twice that at the cut; and growth is above 0 for at least half of them.";
  judge_both(claim, evidence, read_accumulation);
  return claim;
}

}  // namespace tacet::experiment
