#include <chrono>

#include "engine/collect.h"
#include "engine/forward_pass.h"
#include "experiment/block_analysis.h"
#include "experiment/summary.h"
#include "measure/spread.h"
#include "support/parallel.h"
#include "tacet/silence.h"

namespace tacet {
namespace {

TrajectoryRow describe_state(std::span<const float> rows, std::size_t d_model,
                             const SilenceOptions& options, int threads, const std::string& name) {
  const experiment::MeasuredState state = experiment::measure_state(rows, d_model, name, "clean");
  const measure::PairSelection pairs{.first_token = options.exclude_first ? 1U : 0U,
                                     .first_movable = 0};
  const std::vector<double> cosines =
      experiment::cosines(state, state, pairs, options.cosine, threads, name);
  TrajectoryRow row;
  row.n_pairs = static_cast<std::int64_t>(cosines.size());
  row.mean = mean(cosines);
  row.sd = sample_sd(cosines);
  row.q25 = quantile(cosines, 0.25);
  row.median = median(cosines);
  row.q75 = quantile(cosines, 0.75);
  row.mean_norm = mean(std::span(state.norms).subspan(pairs.first_token));
  row.mean_distance = measure::mean_pair_distance(state.vectors, pairs, threads);
  row.effective_rank = measure::effective_rank(state.vectors, pairs.first_token, threads);
  return row;
}

}  // namespace

TrajectoryResult trajectory(const Model& model, const Prompt& prompt,
                            const SilenceOptions& options) {
  const int threads = support::resolve_threads(options.threads);
  const ModelConfig& config = model.config();
  const std::vector<std::int32_t> ids = experiment::ids_of(prompt);
  const auto d_model = static_cast<std::size_t>(config.d_model);
  engine::check_request(config, ids, {});
  // Made for its checks alone: the clean run has no intervention to analyse.
  const experiment::BlockAnalysis checked(options, Intervention{}, ids.size(), d_model, threads);

  TrajectoryResult result;
  result.prompt = prompt;
  result.states = options.states;
  result.cosine = options.cosine;
  result.exclude_first = options.exclude_first;
  if (options.keep_states) {
    result.clean = States(config.n_layer, static_cast<int>(ids.size()), config.d_model);
  }
  double analysis_s = 0;
  const auto observe = [&](const engine::StateView& view) {
    const auto start = std::chrono::steady_clock::now();
    const TrajectoryRow row = describe_state(view.clean, d_model, options, threads,
                                             experiment::state_name(view.index, config.n_layer));
    if (view.index == 0) {
      result.embedding = row;
    } else if (view.index <= config.n_layer) {
      result.layers.push_back(row);
    } else {
      result.final_norm = row;
    }
    if (options.keep_states) engine::collect_clean(view, result.clean);
    analysis_s += experiment::seconds_since(start);
    if (options.progress && view.index > 0) options.progress(view.index, config.n_layer + 1);
  };
  const auto start = std::chrono::steady_clock::now();
  engine::forward_pass(model.weights(), ids, {}, threads, observe);
  result.timing.analysis_s = analysis_s;
  result.timing.forward_s = experiment::seconds_since(start) - analysis_s;

  if (options.states == StatesKind::hf) result.layers.back() = result.final_norm;
  std::vector<double> means;
  for (const TrajectoryRow& row : result.layers) means.push_back(row.mean);
  experiment::summarise(means, result.summary);
  result.summary.embedding_mean = result.embedding.mean;
  result.summary.final_norm_mean = result.final_norm.mean;
  return result;
}

}  // namespace tacet
