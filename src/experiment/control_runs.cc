#include "experiment/control_runs.h"

#include <algorithm>
#include <string>

#include "engine/forward_pass.h"
#include "experiment/silence_run.h"
#include "experiment/summary.h"
#include "experiment/sweep_plan.h"
#include "support/parallel.h"

namespace tacet::experiment {
namespace {

/// Thrown by an observer that has seen what it needs.
struct SeenEnough {};

}  // namespace

ControlRuns::ControlRuns(const Model& model, const Prompt& prompt, const Intervention& intervention,
                         const SilenceOptions& options, std::uint64_t memory, int threads)
    : model_(model),
      prompt_(prompt),
      intervention_(intervention),
      options_(options),
      memory_(memory),
      threads_(threads),
      ids_(ids_of(prompt)) {
  engine::check_request(model.config(), {.token_ids = ids_, .interventions = {&intervention_, 1}});
  check_options(options_, ids_.size(), static_cast<std::size_t>(model.config().d_model));
}

std::size_t ControlRuns::n_rows() const {
  return ids_.size() - static_cast<std::size_t>(intervention_.first_position());
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
      if (view.index <= intervention_.cut_layer()) return;
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

void ControlRuns::run(std::size_t n, const std::function<PushRows(std::size_t)>& make,
                      std::uint64_t making, const Taker& take,
                      const std::function<void(std::size_t)>& step) const {
  const ModelConfig& config = model_.config();
  const std::uint64_t push_bytes =
      sizeof(float) * n_rows() * static_cast<std::uint64_t>(config.d_model);
  const std::uint64_t at_work = making * static_cast<std::uint64_t>(threads_);
  const std::size_t together = runs_per_pass(config, ids_.size(), n_rows(), push_bytes,
                                             memory_ - std::min(memory_, at_work), threads_);
  std::size_t done = 0;
  for (std::size_t begin = 0; begin < n; begin += together) {
    std::vector<PushRows> pushes(std::min(together, n - begin));
    support::parallel_for(pushes.size(), threads_,
                          [&](std::size_t i) { pushes[i] = make(begin + i); });
    run_chunk(pushes, begin, take, [&] { step(done += pushes.size()); });
  }
}

void ControlRuns::run_chunk(std::span<const PushRows> pushes, std::size_t first, const Taker& take,
                            const std::function<void()>& passed) const {
  const ModelConfig& config = model_.config();
  // Either the runs share the threads, or, when there are fewer, each has all of them.
  const bool share = pushes.size() >= static_cast<std::size_t>(threads_);
  std::vector<engine::Push> requests;
  std::vector<SilenceRun> runs;
  runs.reserve(pushes.size());
  for (const PushRows& rows : pushes) {
    requests.push_back({.layer = intervention_.cut_layer(),
                        .first_position = intervention_.first_position(),
                        .rows = rows});
    runs.emplace_back(config, prompt_, intervention_, options_, share ? 1 : threads_);
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
  for (std::size_t k = 0; k < runs.size(); ++k) take(first + k, runs[k].finish(0));
}

}  // namespace tacet::experiment
