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

using Heads = std::span<const HeadReading>;

/// One reading of "layer 3", judged.
struct Reading {
  Verdict verdict = Verdict::does_not_hold;
  std::vector<Figure> figures;
  std::string text;
  std::vector<Decider> deciders;
};

std::vector<HeadReading> heads_of(const StudyEvidence& evidence, int layer) {
  std::vector<HeadReading> heads;
  for (const SweepOutcome& one : evidence.outcomes) {
    if (one.ripple.cut_layer == layer) heads.push_back(reading_of(one.layers, one.ripple));
  }
  return heads;
}

/// The median; nullopt of nothing.
std::optional<double> median_of(const std::vector<double>& values) {
  return values.empty() ? std::nullopt : std::optional(median(values));
}

/// With two decimals; "-" where it does not exist.
std::string ratio_text(const std::optional<double>& ratio) {
  const double value = ratio.value_or(0);
  return ratio ? fmt::format("{:.2f}", value) : "-";
}

/// Judges the block that is asked for, and the one below, which is meant where hidden_states are
/// counted: its figures stand behind, named `other_...`.
template <typename Judge>
void judge_both(Claim& claim, const StudyEvidence& evidence, const Judge& judge) {
  const auto read = [&](int layer) {
    Reading reading = judge(heads_of(evidence, layer), layer);
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
  if (evidence.controls == nullptr) return;
  std::vector<std::vector<Decider>> sets;
  for (const std::vector<HeadReading>& set : evidence.controls->sets) {
    sets.push_back(judge(set, evidence.layer).deciders);
  }
  add_control_figures(claim, *evidence.controls, asked.deciders, sets);
}

Reading read_immediate(Heads heads, int layer) {
  std::vector<double> ratios;
  std::int64_t n_quiet = 0;
  for (const HeadReading& one : heads) {
    const double immediate = std::abs(one.immediate_delta);
    const double late = std::abs(one.late_delta);
    // A head that changes nothing, early or late, has no ratio.
    if (immediate > 0 || late > 0) ratios.push_back(immediate / late);
    if (!one.significant_at_cut) ++n_quiet;
  }
  const auto n_heads = static_cast<std::int64_t>(heads.size());
  const std::optional<double> ratio = median_of(ratios);
  Reading reading;
  reading.verdict = verdict_of(ratio && *ratio <= kSmallRatio, at_least(n_quiet, n_heads, 50));
  reading.figures = {{"median_ratio", figure(ratio)},
                     {"n_not_significant", n_quiet},
                     {"share_not_significant", share(n_quiet, n_heads)}};
  reading.text = fmt::format("{}: immediate / late is {}; {} of {} heads not significant there",
                             short_block(layer), ratio_text(ratio), n_quiet, n_heads);
  reading.deciders = {{.name = "share", .value = share(n_quiet, n_heads), .is_small = false},
                      {.name = "ratio", .value = ratio, .is_small = true}};
  return reading;
}

Reading read_late(Heads heads, int layer) {
  std::int64_t n_all = 0;
  std::int64_t n_any = 0;
  int n_blocks = 0;
  for (const HeadReading& one : heads) {
    n_blocks = one.n_late;
    if (one.n_late_significant == one.n_late && one.one_sign) ++n_all;
    if (one.n_late_significant > 0) ++n_any;
  }
  const auto n_heads = static_cast<std::int64_t>(heads.size());
  Reading reading;
  reading.verdict = verdict_of(at_least(n_all, n_heads, 50), n_any == n_heads);
  reading.figures = {{"n_late_layers", std::int64_t{n_blocks}},
                     {"n_in_all", n_all},
                     {"share_in_all", share(n_all, n_heads)},
                     {"n_in_any", n_any}};
  reading.text = fmt::format("{}: {} of {} heads in all {} late blocks with one sign, {} in any",
                             short_block(layer), n_all, n_heads, n_blocks, n_any);
  reading.deciders = {{.name = "share", .value = share(n_all, n_heads), .is_small = false}};
  return reading;
}

Reading read_accumulation(Heads heads, int layer) {
  std::vector<double> at_cut;
  std::vector<double> at_last;
  std::int64_t n_growing = 0;
  for (const HeadReading& one : heads) {
    at_cut.push_back(one.change_at_cut);
    at_last.push_back(one.change_at_last);
    if (one.growth.value_or(0) > 0) ++n_growing;
  }
  const auto n_heads = static_cast<std::int64_t>(heads.size());
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
  reading.deciders = {{.name = "share", .value = share(n_growing, n_heads), .is_small = false},
                      {.name = "ratio", .value = ratio, .is_small = false}};
  return reading;
}

}  // namespace

HeadReading reading_of(std::span<const LayerEffect> rows, const Ripple& ripple) {
  const LayerEffect& cut = rows[static_cast<std::size_t>(ripple.cut_layer)];
  HeadReading head{.immediate_delta = ripple.immediate_delta,
                   .late_delta = ripple.late_delta,
                   .growth = ripple.growth,
                   .significant_at_cut = cut.significant,
                   .n_late = 0,
                   .n_late_significant = 0,
                   .one_sign = true,
                   .change_at_cut = cut.perturbation_absolute,
                   .change_at_last = rows.back().perturbation_absolute};
  double sign = 0;
  for (const int layer : ripple.late_layers) {
    if (layer < ripple.cut_layer) continue;
    ++head.n_late;
    const LayerEffect& row = rows[static_cast<std::size_t>(layer)];
    if (!row.significant) continue;
    ++head.n_late_significant;
    if (sign * row.mean_delta < 0) head.one_sign = false;
    sign = row.mean_delta < 0 ? -1 : 1;
  }
  return head;
}

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
