// Sweeps of several prompts with the prompt as the observation.
#include "tacet/across.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "tacet/error.h"

namespace tacet {
namespace {

using Prompts = std::span<const std::vector<PromptEffect>>;

void check(Prompts prompts, std::span<const std::string> groups) {
  if (prompts.size() < 2) {
    throw UsageError(
        fmt::format("a test across prompts got {}; it needs at least 2", prompts.size()));
  }
  if (groups.size() != prompts.size()) {
    throw UsageError(fmt::format("there are {} groups for {} prompts; give one for each",
                                 groups.size(), prompts.size()));
  }
  const auto same = [](const PromptEffect& a, const PromptEffect& b) {
    return a.spec == b.spec && a.cut_layer == b.cut_layer &&
           a.mean_deltas.size() == b.mean_deltas.size() &&
           static_cast<std::size_t>(a.cut_layer) < a.mean_deltas.size();
  };
  for (const std::vector<PromptEffect>& prompt : prompts) {
    if (!std::ranges::equal(prompts.front(), prompt, same)) {
      throw UsageError(
          "the prompts differ in interventions or blocks; test those across prompts that are "
          "alike");
    }
  }
}

/// One number of every prompt, by group.
template <typename Value>
std::vector<double> unit_means(Prompts prompts, const PromptGroups& groups, const Value& value) {
  std::vector<double> values;
  values.reserve(prompts.size());
  for (const std::vector<PromptEffect>& prompt : prompts) values.push_back(value(prompt));
  return group_means(values, groups);
}

/// Random effects of late_delta of the prompts that have a standard error.
RandomEffects late_random_effects(Prompts prompts, std::span<const std::string> groups,
                                  std::size_t head, double alpha) {
  std::vector<double> effects;
  std::vector<double> variances;
  std::vector<std::string> names;
  for (std::size_t k = 0; k < prompts.size(); ++k) {
    const PromptEffect& effect = prompts[k][head];
    if (!effect.late_se) continue;
    effects.push_back(effect.late_delta);
    variances.push_back(*effect.late_se * *effect.late_se);
    names.push_back(groups[k]);
  }
  const PromptGroups units = group_prompts(names);
  RandomEffects result =
      random_effects(group_means(effects, units), group_variances(variances, units), alpha);
  const std::size_t n_left_out = prompts.size() - effects.size();
  if (n_left_out > 0) {
    if (!result.note.empty()) result.note += "; ";
    result.note += fmt::format("{} of {} prompts have no standard error and are left out",
                               n_left_out, prompts.size());
  }
  return result;
}

AcrossHead test_head(Prompts prompts, std::span<const std::string> names,
                     const PromptGroups& groups, std::size_t head, double alpha,
                     std::vector<std::vector<double>>& cells) {
  const PromptEffect& first = prompts.front()[head];
  AcrossHead result;
  result.spec = first.spec;
  result.heads = first.heads;
  result.cut_layer = first.cut_layer;
  std::vector<double> late =
      unit_means(prompts, groups, [&](const auto& prompt) { return prompt[head].late_delta; });
  result.late = mean_t_test(late, alpha);
  result.signs = sign_count(late);
  result.random_effects = late_random_effects(prompts, names, head, alpha);
  cells.push_back(std::move(late));
  for (auto layer = static_cast<std::size_t>(first.cut_layer); layer < first.mean_deltas.size();
       ++layer) {
    std::vector<double> values = unit_means(
        prompts, groups, [&](const auto& prompt) { return prompt[head].mean_deltas[layer]; });
    const MeanTest test = mean_t_test(values, alpha);
    result.blocks.push_back({.layer = static_cast<int>(layer),
                             .mean = test.mean,
                             .t = test.t,
                             .p = test.p,
                             .p_max_t = {}});
    cells.push_back(std::move(values));
  }
  return result;
}

/// Spreads the max-T results over the heads, in the order in which `test_head` made the cells.
void add_flips(AcrossResult& result, std::span<const std::vector<double>> cells,
               const ResamplingOptions& options) {
  const SignFlipResult flips = sign_flip_max_t(cells, options);
  result.enumerated = flips.enumerated;
  result.n_patterns = flips.n_patterns;
  result.smallest_p = flips.smallest_p;
  if (!flips.enumerated) result.seed = options.seed;
  auto cell = flips.cells.begin();
  for (AcrossHead& head : result.heads) {
    head.p_flip = cell->p;
    head.p_max_t = cell->p_max_t;
    ++cell;
    for (AcrossBlock& block : head.blocks) block.p_max_t = (cell++)->p_max_t;
  }
}

void correct(AcrossResult& result) {
  std::vector<std::optional<double>> p;
  for (const AcrossHead& head : result.heads) p.push_back(head.late.p);
  const auto holm = adjust_p_values(p, Correction::holm, p.size());
  const auto bh = adjust_p_values(p, Correction::bh, p.size());
  for (std::size_t k = 0; k < p.size(); ++k) {
    result.heads[k].p_holm = holm[k];
    result.heads[k].p_bh = bh[k];
  }
}

}  // namespace

std::vector<PromptEffect> prompt_effects(std::span<const SweepOutcome> outcomes) {
  std::vector<PromptEffect> effects;
  effects.reserve(outcomes.size());
  for (const SweepOutcome& outcome : outcomes) {
    PromptEffect effect{.spec = outcome.spec,
                        .heads = outcome.heads,
                        .cut_layer = outcome.ripple.cut_layer,
                        .late_delta = outcome.ripple.late_delta,
                        .late_se = outcome.ripple.late_se,
                        .mean_deltas = {}};
    for (const LayerEffect& row : outcome.layers) effect.mean_deltas.push_back(row.mean_delta);
    effects.push_back(std::move(effect));
  }
  return effects;
}

AcrossResult across(std::span<const std::vector<PromptEffect>> prompts,
                    std::span<const std::string> groups, const AcrossOptions& options) {
  check(prompts, groups);
  const PromptGroups units = group_prompts(groups);
  AcrossResult result;
  result.alpha = options.alpha;
  result.n_prompts = prompts.size();
  result.n_units = units.n_groups;
  std::vector<std::vector<double>> cells;
  for (std::size_t head = 0; head < prompts.front().size(); ++head) {
    result.heads.push_back(test_head(prompts, groups, units, head, options.alpha, cells));
  }
  result.family_size = cells.size();
  if (units.n_groups >= 2) add_flips(result, cells, options.resampling);
  correct(result);
  return result;
}

AcrossResult across(std::span<const std::vector<SweepOutcome>> prompts,
                    std::span<const std::string> groups, const AcrossOptions& options) {
  std::vector<std::vector<PromptEffect>> effects;
  for (const std::vector<SweepOutcome>& prompt : prompts) effects.push_back(prompt_effects(prompt));
  return across(effects, groups, options);
}

}  // namespace tacet
