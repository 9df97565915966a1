// The claims about all heads of the model.
#include <algorithm>
#include <cstddef>
#include <vector>

#include <fmt/format.h>

#include "experiment/claims.h"
#include "experiment/ripple.h"

namespace tacet::experiment {
namespace {

/// What a head does in some late block.
struct Signs {
  bool couples = false;
  bool decouples = false;
};

/// The heads' signs, block by block after Benjamini-Hochberg over all heads.
std::vector<Signs> signs_of(const StudyEvidence& evidence) {
  std::vector<Signs> signs(evidence.outcomes.size());
  for (const int layer : late_layers(evidence.n_layer)) {
    const auto at = static_cast<std::size_t>(layer);
    std::vector<std::optional<double>> p;
    for (const SweepOutcome& one : evidence.outcomes) p.push_back(one.layers[at].p);
    const auto adjusted = adjust_p_values(p, Correction::bh, p.size());
    for (std::size_t i = 0; i < signs.size(); ++i) {
      if (!adjusted[i] || *adjusted[i] >= evidence.alpha) continue;
      const double delta = evidence.outcomes[i].layers[at].mean_delta;
      if (delta > 0) signs[i].couples = true;
      if (delta < 0) signs[i].decouples = true;
    }
  }
  return signs;
}

/// A head's late blocks against the noise.
struct NoiseOfHead {
  bool is_significant = false;  ///< some late block is
  bool is_above = false;        ///< and some such block is not near the noise
  std::optional<double> floor;  ///< the largest of the significant late blocks, where all are known
};

NoiseOfHead noise_of(const SweepOutcome& outcome) {
  NoiseOfHead head;
  bool is_known = true;
  double largest = 0;
  for (const int layer : outcome.ripple.late_layers) {
    const LayerEffect& row = outcome.layers[static_cast<std::size_t>(layer)];
    if (!row.significant) continue;
    head.is_significant = true;
    is_known = is_known && row.noise_floor.has_value();
    largest = std::max(largest, row.noise_floor.value_or(0));
    // Decided anew: the effects of a study may be judged in another family than they were found in.
    if (!is_near_noise(row).value_or(true)) head.is_above = true;
  }
  if (head.is_significant && is_known) head.floor = largest;
  return head;
}

}  // namespace

Claim judge_both_signs(const StudyEvidence& evidence) {
  const std::vector<Signs> signs = signs_of(evidence);
  const std::int64_t n_coupling = std::ranges::count_if(signs, &Signs::couples);
  const std::int64_t n_decoupling = std::ranges::count_if(signs, &Signs::decouples);
  const std::int64_t n_either =
      std::ranges::count_if(signs, [](const Signs& one) { return one.couples || one.decouples; });
  const bool are_both = n_coupling > 0 && n_decoupling > 0;
  const bool are_many =
      n_either > 0 && at_least(n_coupling, n_either, 5) && at_least(n_decoupling, n_either, 5);
  Claim claim;
  claim.id = "both_signs";
  claim.is_tested = true;
  claim.statement = "Some heads connect tokens, others keep them apart.";
  claim.rule =
      "Among all heads of the model, some couple and some decouple in a late block (significant "
      "after Benjamini-Hochberg over the heads); and neither kind is under 5 % of those that do "
      "either.";
  claim.verdict = verdict_of(are_both, are_many);
  claim.figures = {{"n_heads", static_cast<std::int64_t>(signs.size())},
                   {"n_coupling", n_coupling},
                   {"n_decoupling", n_decoupling},
                   {"n_either", n_either},
                   {"share_coupling", share(n_coupling, n_either)},
                   {"share_decoupling", share(n_decoupling, n_either)}};
  claim.reading = fmt::format("of {} heads {} decouple and {} couple late", signs.size(),
                              n_decoupling, n_coupling);
  return claim;
}

Claim judge_every_head_contributes(const StudyEvidence& evidence) {
  std::int64_t n_significant = 0;
  std::int64_t n_above = 0;
  bool is_known = !evidence.outcomes.empty();
  double largest_floor = 0;
  for (const SweepOutcome& one : evidence.outcomes) {
    const NoiseOfHead head = noise_of(one);
    if (!head.is_significant) continue;
    ++n_significant;
    if (head.is_above) ++n_above;
    is_known = is_known && head.floor.has_value();
    largest_floor = std::max(largest_floor, head.floor.value_or(0));
  }
  is_known = is_known && n_significant > 0;
  const auto n_heads = static_cast<std::int64_t>(evidence.outcomes.size());
  Claim claim;
  claim.id = "every_head_contributes";
  claim.is_tested = true;
  claim.statement = "Every head of the model takes part in how alike the tokens end.";
  claim.rule =
      "At least 95 % of all heads are significant in a late block; and 95 % of these lie ten times "
      "above the noise floor.";
  // Where the noise floor has not been measured, nothing can be said to lie above it.
  claim.verdict = verdict_of(at_least(n_significant, n_heads, 95),
                             is_known && at_least(n_above, n_significant, 95));
  claim.figures = {
      {"n_heads", n_heads},
      {"n_significant", n_significant},
      {"share_significant", share(n_significant, n_heads)},
      {"noise_floor", is_known ? FigureValue(largest_floor) : FigureValue()},
      {"share_above_noise", is_known ? FigureValue(share(n_above, n_significant)) : FigureValue()}};
  claim.reading =
      fmt::format("{} of {} heads ({:.1f} %) are significant late; {}", n_significant, n_heads,
                  100 * share(n_significant, n_heads),
                  is_known ? fmt::format("{} of these lie ten times above the noise", n_above)
                           : "no noise floor measured (--noise-floor)");
  return claim;
}

}  // namespace tacet::experiment
