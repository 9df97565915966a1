#include "tacet/silence.h"

#include "engine/collect.h"
#include "engine/forward_pass.h"
#include "experiment/silence_double.h"
#include "experiment/silence_run.h"
#include "experiment/summary.h"
#include "support/parallel.h"

namespace tacet {

SilenceResult silence(const Model& model, const Prompt& prompt, const Intervention& intervention,
                      const SilenceOptions& options) {
  const int threads = support::resolve_threads(options.threads);
  const ModelConfig& config = model.config();
  const std::vector<std::int32_t> ids = experiment::ids_of(prompt);
  const engine::PassPrompt request{.token_ids = ids, .interventions = {&intervention, 1}};
  engine::check_request(config, request);
  experiment::check_options(options, ids.size(), static_cast<std::size_t>(config.d_model));

  const auto d_model = static_cast<std::size_t>(config.d_model);
  const bool is_double = options.precision == Precision::float64;
  const int n_steps = (config.n_layer + 1) * (is_double ? 1 + experiment::kDoubleRounds : 1);
  experiment::SilenceRun run(config, prompt, intervention, options, threads);
  const std::vector<experiment::Comparison> comparisons = run.comparisons();
  States clean_states;
  States silenced_states;
  if (options.keep_states) {
    clean_states = States(config.n_layer, static_cast<int>(ids.size()), config.d_model);
    silenced_states = clean_states;
  }
  double analysis_s = 0;
  const auto observe = [&](const engine::StateView& view) {
    const auto start = std::chrono::steady_clock::now();
    const engine::PromptView& states = view.prompts.front();
    const experiment::CleanState clean(experiment::to_vectors(states.clean, d_model),
                                       experiment::state_name(view.index, config.n_layer),
                                       comparisons, threads);
    run.observe(view.index, clean, states.silenced.front());
    if (options.keep_states) {
      engine::collect(view.index, states.clean, clean_states);
      engine::collect(view.index, engine::rows_of(states, 0), silenced_states);
    }
    analysis_s += experiment::seconds_since(start);
    if (options.progress && view.index > 0) options.progress(view.index, n_steps);
  };
  const auto start = std::chrono::steady_clock::now();
  const auto changed = engine::forward_pass(model.weights(), {&request, 1}, threads, observe);
  SilenceResult result = run.finish(changed.front().front());
  result.clean = std::move(clean_states);
  result.silenced = std::move(silenced_states);
  if (is_double) {
    int done = config.n_layer + 1;
    analysis_s += experiment::repeat_in_double(
        model, prompt, intervention, options, threads,
        [&] {
          if (options.progress) options.progress(++done, n_steps);
        },
        result);
  }
  const double total_s = experiment::seconds_since(start);
  result.timing.analysis_s = analysis_s;
  result.timing.forward_s = total_s - analysis_s;
  return result;
}

TrajectoryResult trajectory(const Model& model, const Prompt& prompt,
                            const SilenceOptions& options) {
  const int threads = support::resolve_threads(options.threads);
  const ModelConfig& config = model.config();
  const std::vector<std::int32_t> ids = experiment::ids_of(prompt);
  const engine::PassPrompt request{.token_ids = ids, .interventions = {}};
  engine::check_request(config, request);
  experiment::check_options(options, ids.size(), static_cast<std::size_t>(config.d_model));

  experiment::TrajectoryRun run(config, prompt, options);
  const experiment::Comparison comparison = run.comparison();
  States clean_states;
  if (options.keep_states) {
    clean_states = States(config.n_layer, static_cast<int>(ids.size()), config.d_model);
  }
  double analysis_s = 0;
  const auto observe = [&](const engine::StateView& view) {
    const auto start = std::chrono::steady_clock::now();
    const engine::RowsView& rows = view.prompts.front().clean;
    run.observe(view.index,
                experiment::CleanState(
                    experiment::to_vectors(rows, static_cast<std::size_t>(config.d_model)),
                    experiment::state_name(view.index, config.n_layer), {&comparison, 1}, threads));
    if (options.keep_states) engine::collect(view.index, rows, clean_states);
    analysis_s += experiment::seconds_since(start);
    if (options.progress && view.index > 0) options.progress(view.index, config.n_layer + 1);
  };
  const auto start = std::chrono::steady_clock::now();
  engine::forward_pass(model.weights(), {&request, 1}, threads, observe);
  const double total_s = experiment::seconds_since(start);

  TrajectoryResult result = run.finish();
  result.clean = std::move(clean_states);
  result.timing.analysis_s = analysis_s;
  result.timing.forward_s = total_s - analysis_s;
  return result;
}

}  // namespace tacet
