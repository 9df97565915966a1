#include "experiment/silence_double.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/double_forward.h"
#include "experiment/silence_run.h"
#include "experiment/summary.h"
#include "tacet/error.h"

namespace tacet::experiment {
namespace {

/// Throws NumericError when a value of a state is not finite.
void require_finite(std::span<const double> state, const std::string& name) {
  if (std::ranges::all_of(state, [](double value) { return std::isfinite(value); })) return;
  throw NumericError(fmt::format("{} has a value that is not finite in double precision", name));
}

measure::TokenVectors to_vectors(std::span<const double> rows, std::size_t d_model) {
  measure::TokenVectors vectors(rows.size() / d_model, d_model);
  for (std::size_t t = 0; t < vectors.n_tokens(); ++t) {
    std::ranges::copy(rows.subspan(t * d_model, d_model), vectors.row(t).begin());
  }
  return vectors;
}

/// The clean and the silenced run, and the clean one without the heads' own contributions.
class DoubleStates {
 public:
  DoubleStates(const Model& model, std::span<const std::int32_t> ids,
               const Intervention& intervention, int threads, const std::function<void()>& step)
      : forward_(model.weights(), threads),
        intervention_(intervention),
        d_model_(static_cast<std::size_t>(model.config().d_model)),
        clean_(forward_.run(ids, nullptr, step)) {
    step();  // ln_f
    silenced_ = forward_.run(ids, &intervention, step);
    step();
    taken_out_.assign(clean_.state(0).size(), 0.0);
  }

  std::span<const double> clean(int index) const { return clean_.state(index); }

  /// State `index` of the silenced run; the indices must be asked for in order.
  SilencedVectors silenced(int index) {
    const int n_layer = clean_.n_layer;
    if (index <= intervention_.cut_layer()) return {};
    const std::vector<Head>& heads = intervention_.heads;
    const int layer = index - 1;
    if (std::ranges::any_of(heads, [layer](const Head& head) { return head.layer == layer; })) {
      const std::vector<double> part = forward_.contribution(clean_, layer, intervention_);
      std::ranges::transform(taken_out_, part, taken_out_.begin(), std::plus<>());
    }
    const std::span<const double> before = clean_.state(std::min(index, n_layer));
    std::vector<double> direct(before.begin(), before.end());
    std::ranges::transform(direct, taken_out_, direct.begin(), std::minus<>());
    if (index > n_layer) direct = forward_.final_norm(direct);
    return {.after = to_vectors(silenced_.state(index), d_model_),
            .direct = to_vectors(direct, d_model_)};
  }

  const engine::DoubleRun& clean_run() const { return clean_; }
  const engine::DoubleRun& silenced_run() const { return silenced_; }

 private:
  engine::DoubleForward forward_;
  const Intervention& intervention_;
  std::size_t d_model_;
  engine::DoubleRun clean_;
  engine::DoubleRun silenced_;
  std::vector<double> taken_out_;
};

States rounded(const engine::DoubleRun& run) {
  States states(run.n_layer, run.n_tokens, run.d_model);
  for (int index = 0; index <= run.n_layer + 1; ++index) {
    std::ranges::transform(run.state(index), states.state(index).begin(),
                           [](double value) { return static_cast<float>(value); });
  }
  return states;
}

double distance(const LayerEffect& a, const LayerEffect& b) {
  return std::abs(a.mean_delta - b.mean_delta);
}

}  // namespace

double repeat_in_double(const Model& model, const Prompt& prompt, const Intervention& intervention,
                        const SilenceOptions& options, int threads,
                        const std::function<void()>& step, SilenceResult& result) {
  const ModelConfig& config = model.config();
  const auto d_model = static_cast<std::size_t>(config.d_model);
  DoubleStates states(model, ids_of(prompt), intervention, threads, step);
  const auto start = std::chrono::steady_clock::now();
  SilenceRun run(config, prompt, intervention, options, threads);
  for (int index = 0; index <= config.n_layer + 1; ++index) {
    const std::string name = state_name(index, config.n_layer);
    require_finite(states.clean(index), name);
    require_finite(states.silenced_run().state(index), name);
    const CleanState clean(to_vectors(states.clean(index), d_model), name, run.comparisons(),
                           threads);
    run.observe(index, clean, states.silenced(index));
    if (index > 0) step();
  }
  SilenceResult in_double = run.finish(result.values_changed);
  for (std::size_t i = 0; i < in_double.layers.size(); ++i) {
    LayerEffect& row = in_double.layers[i];
    row.noise_floor = distance(row, result.layers[i]);
    row.near_noise = is_near_noise(row);
  }
  if (in_double.final_norm) {
    LayerEffect& row = *in_double.final_norm;
    row.noise_floor = distance(row, *result.final_norm);
    row.near_noise = is_near_noise(row);
  }
  in_double.precision = Precision::float64;
  if (options.keep_states) {
    in_double.clean = rounded(states.clean_run());
    in_double.silenced = rounded(states.silenced_run());
  }
  result = std::move(in_double);
  return seconds_since(start);
}

}  // namespace tacet::experiment
