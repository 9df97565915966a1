#include "experiment/control_runs.h"

#include <algorithm>
#include <string>

#include "engine/forward_pass.h"
#include "experiment/control_effects.h"
#include "experiment/silence_run.h"
#include "experiment/summary.h"
#include "experiment/sweep_plan.h"
#include "support/parallel.h"

namespace tacet::experiment {
namespace {

/// Thrown by an observer that has seen what it needs.
struct SeenEnough {};

}  // namespace

ControlRuns::ControlRuns(const Model& model, const SilenceResult& result, std::uint64_t memory,
                         int threads)
    : model_(model),
      result_(result),
      memory_(memory),
      threads_(threads),
      ids_(ids_of(result.prompt)) {
  options_.states = result.states;
  options_.pairs = result.pairs;
  options_.cosine = result.cosine;
  options_.rogue_dimensions = result.rogue_dimensions;
  options_.exclude_first = result.exclude_first;
  engine::check_request(model.config(),
                        {.token_ids = ids_, .interventions = {&result.intervention, 1}});
  check_options(options_, ids_.size(), static_cast<std::size_t>(model.config().d_model));
}

std::size_t ControlRuns::n_rows() const {
  return ids_.size() - static_cast<std::size_t>(result_.intervention.first_position());
}

std::vector<PushRows> ControlRuns::contributions(
    std::span<const Intervention> interventions) const {
  const ModelConfig& config = model_.config();
  const auto width = static_cast<std::size_t>(config.d_model);
  const std::size_t first = ids_.size() - n_rows();
  const std::size_t together = runs_per_pass(config, ids_.size(), n_rows(),
                                             sizeof(float) * n_rows() * width, memory_, threads_);
  std::vector<PushRows> all(interventions.size(), PushRows(n_rows() * width));
  for (std::size_t begin = 0; begin < interventions.size(); begin += together) {
    const auto part =
        interventions.subspan(begin, std::min(together, interventions.size() - begin));
    const engine::PassPrompt request{.token_ids = ids_, .interventions = part};
    const auto observe = [&](const engine::StateView& view) {
      if (view.index <= result_.intervention.cut_layer()) return;
      for (std::size_t k = 0; k < part.size(); ++k) {
        const engine::DirectView& direct = view.prompts.front().silenced[k].direct;
        for (std::size_t i = 0; i < n_rows(); ++i) {
          std::ranges::copy(direct.taken_out(first + i),
                            all[begin + k].begin() + static_cast<std::ptrdiff_t>(i * width));
        }
      }
      throw SeenEnough();  // the blocks above do not matter
    };
    try {
      engine::forward_pass(model_.weights(), {&request, 1}, threads_, observe);
    } catch (const SeenEnough&) {
      continue;
    }
  }
  return all;
}

std::vector<PushEffect> ControlRuns::run(std::size_t n,
                                         const std::function<PushRows(std::size_t)>& make,
                                         std::uint64_t making,
                                         const std::function<void(std::size_t)>& step) const {
  const ModelConfig& config = model_.config();
  const std::uint64_t push_bytes =
      sizeof(float) * n_rows() * static_cast<std::uint64_t>(config.d_model);
  const std::uint64_t at_work = making * static_cast<std::uint64_t>(threads_);
  const std::size_t together = runs_per_pass(config, ids_.size(), n_rows(), push_bytes,
                                             memory_ - std::min(memory_, at_work), threads_);
  std::vector<PushEffect> effects;
  effects.reserve(n);
  std::size_t done = 0;
  for (std::size_t begin = 0; begin < n; begin += together) {
    std::vector<PushRows> pushes(std::min(together, n - begin));
    support::parallel_for(pushes.size(), threads_,
                          [&](std::size_t i) { pushes[i] = make(begin + i); });
    run_chunk(pushes, effects, [&] { step(done += pushes.size()); });
  }
  return effects;
}

void ControlRuns::run_chunk(std::span<const PushRows> pushes, std::vector<PushEffect>& effects,
                            const std::function<void()>& passed) const {
  const ModelConfig& config = model_.config();
  const Intervention& intervention = result_.intervention;
  // Either the runs share the threads, or, when there are fewer, each has all of them.
  const bool share = pushes.size() >= static_cast<std::size_t>(threads_);
  std::vector<engine::Push> requests;
  std::vector<SilenceRun> runs;
  runs.reserve(pushes.size());
  for (const PushRows& rows : pushes) {
    requests.push_back({.layer = intervention.cut_layer(),
                        .first_position = intervention.first_position(),
                        .rows = rows});
    runs.emplace_back(config, result_.prompt, intervention, options_, share ? 1 : threads_);
  }
  const std::vector<Comparison> comparisons = runs.front().comparisons();
  const auto observe = [&](const engine::StateView& view) {
    const engine::PromptView& states = view.prompts.front();
    const CleanState clean(to_vectors(states.clean, static_cast<std::size_t>(config.d_model)),
                           state_name(view.index, config.n_layer), comparisons, threads_);
    support::parallel_for(runs.size(), share ? threads_ : 1, [&](std::size_t k) {
      runs[k].observe(view.index, clean, states.silenced[k]);
    });
    if (view.index > 0) passed();
  };
  const engine::PassPrompt request{.token_ids = ids_, .interventions = {}, .pushes = requests};
  engine::forward_pass(model_.weights(), {&request, 1}, threads_, observe);
  for (SilenceRun& run : runs) effects.push_back(effect_of(run.finish(0)));
}

}  // namespace tacet::experiment
