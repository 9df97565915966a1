// The claims about all heads of the model.
#include <algorithm>
#include <cstddef>
#include <vector>

#include <fmt/format.h>

#include "experiment/claims.h"
#include "experiment/ripple.h"

namespace tacet::experiment {
namespace {

double share(std::int64_t count, std::int64_t total) {
  return total == 0 ? 0 : static_cast<double>(count) / static_cast<double>(total);
}

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
  for (const SweepOutcome& one : evidence.outcomes) {
    const auto& late = one.ripple.late_layers;
    const bool is_late = std::ranges::any_of(one.layers, [&late](const LayerEffect& row) {
      return row.significant && std::ranges::find(late, row.layer) != late.end();
    });
    if (is_late) ++n_significant;
  }
  const auto n_heads = static_cast<std::int64_t>(evidence.outcomes.size());
  Claim claim;
  claim.id = "every_head_contributes";
  claim.is_tested = true;
  claim.statement = "Every head of the model takes part in how alike the tokens end.";
  claim.rule =
      "At least 95 % of all heads are significant in a late block; and 95 % of these lie ten times "
      "above the noise floor.";
  // The noise floor has not been measured: nothing can be said to lie above it.
  claim.verdict = verdict_of(at_least(n_significant, n_heads, 95), false);
  claim.figures = {{"n_heads", n_heads},
                   {"n_significant", n_significant},
                   {"share_significant", share(n_significant, n_heads)},
                   {"noise_floor", FigureValue()},
                   {"share_above_noise", FigureValue()}};
  claim.reading =
      fmt::format("{} of {} heads ({:.1f} %) are significant late; no noise floor measured yet",
                  n_significant, n_heads, 100 * share(n_significant, n_heads));
  return claim;
}

}  // namespace tacet::experiment
