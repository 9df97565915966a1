#include "tacet/control.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <fmt/format.h>

#include "experiment/control_effects.h"
#include "experiment/control_runs.h"
#include "experiment/rotated_pushes.h"
#include "support/parallel.h"
#include "tacet/error.h"
#include "tacet/sweep.h"

namespace tacet {
namespace {

using experiment::ControlRuns;
using experiment::PushRows;

double frobenius_norm(const PushRows& rows) {
  double sum = 0;
  for (const float value : rows) sum += static_cast<double>(value) * static_cast<double>(value);
  return std::sqrt(sum);
}

PushRows scaled(const PushRows& rows, double factor) {
  PushRows result(rows.size());
  std::ranges::transform(rows, result.begin(), [factor](float value) {
    return static_cast<float>(factor * static_cast<double>(value));
  });
  return result;
}

/// The intervention with each other head of its block in the place of its own.
std::vector<Intervention> other_heads(const Intervention& intervention, int n_head) {
  std::vector<Intervention> others;
  for (int head = 0; head < n_head; ++head) {
    const Head other{.layer = intervention.cut_layer(), .head = head};
    if (std::ranges::find(intervention.heads, other) != intervention.heads.end()) continue;
    others.push_back(intervention);
    others.back().heads = {other};
  }
  return others;
}

}  // namespace

void check_controls(const Intervention& intervention, std::int64_t n) {
  if (n < kFewestControls) {
    throw UsageError(fmt::format("{} controls are too few for a p-value: ask for at least {}", n,
                                 kFewestControls));
  }
  const std::vector<Head>& heads = intervention.heads;
  if (heads.empty()) throw UsageError("an intervention needs at least one head");
  if (heads.front().layer != heads.back().layer) {
    throw UsageError(
        fmt::format("{} has heads in several blocks; a control is one push at one place, so all "
                    "heads must be in the same block",
                    spec_of(intervention)));
  }
}

ControlResult run_controls(const Model& model, const SilenceResult& result,
                           const ControlOptions& options) {
  const int threads = support::resolve_threads(options.threads);
  const ModelConfig& config = model.config();
  check_controls(result.intervention, options.n);
  if (result.layers.size() != static_cast<std::size_t>(config.n_layer)) {
    throw UsageError(fmt::format("the result has {} blocks, but the model {}: it is another's",
                                 result.layers.size(), config.n_layer));
  }
  const std::uint64_t memory = options.memory == 0 ? default_memory() : options.memory;
  SilenceOptions measures;
  measures.states = result.states;
  measures.pairs = result.pairs;
  measures.cosine = result.cosine;
  measures.rogue_dimensions = result.rogue_dimensions;
  measures.exclude_first = result.exclude_first;
  const ControlRuns runs(model, result.prompt, result.intervention, measures, memory, threads);

  // The silencing's own contribution first, then the other heads'.
  std::vector<Intervention> interventions = other_heads(result.intervention, config.n_head);
  interventions.insert(interventions.begin(), result.intervention);
  const std::vector<PushRows> contributions = runs.contributions(interventions);
  ControlResult controls{.n = options.n,
                         .seed = options.seed,
                         .note = {},
                         .push_norm = frobenius_norm(contributions.front()),
                         .head = experiment::effect_of(result),
                         .immediate_delta = {},
                         .late_delta = {},
                         .growth = {},
                         .p_late_delta = std::nullopt,
                         .p_growth = std::nullopt,
                         .layers = {},
                         .other_heads = {}};
  if (controls.push_norm == 0) {
    controls.n = 0;
    controls.note =
        "changes nothing: it takes nothing out of the residual stream, so there is "
        "nothing to rotate";
    return controls;
  }

  std::vector<std::size_t> others;  // among the contributions
  for (std::size_t k = 1; k < contributions.size(); ++k) {
    const double norm = frobenius_norm(contributions[k]);
    if (norm == 0) continue;
    others.push_back(k);
    controls.other_heads.push_back(
        {.head = interventions[k].heads.front(), .scale = controls.push_norm / norm, .effect = {}});
  }
  const experiment::RotatedPushes rotated(
      contributions.front(), static_cast<std::size_t>(config.d_model), options.n, options.seed);
  const auto n = static_cast<std::size_t>(options.n);
  const std::size_t n_pushes = n + others.size();
  const std::size_t total = n_pushes * static_cast<std::size_t>(config.n_layer + 1);
  std::vector<PushEffect> effects;
  effects.reserve(n_pushes);
  runs.run(
      n_pushes,
      [&](std::size_t i) {
        if (i < n) return rotated(i);
        return scaled(contributions[others[i - n]], -controls.other_heads[i - n].scale);
      },
      rotated.bytes(),
      [&](std::size_t /*number*/, const SilenceResult& found) {
        effects.push_back(experiment::effect_of(found));
      },
      [&](std::size_t done) {
        constexpr std::size_t kSteps = 10000;
        if (options.progress) {
          options.progress(static_cast<int>(kSteps * done / total), kSteps);
        }
      });
  for (std::size_t i = 0; i < others.size(); ++i) {
    controls.other_heads[i].effect = std::move(effects[n + i]);
  }
  experiment::sum_up(controls, result.ripple.cut_layer, std::span(effects).first(n));
  return controls;
}

}  // namespace tacet
