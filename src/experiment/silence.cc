#include "tacet/silence.h"

#include <chrono>
#include <utility>

#include "engine/collect.h"
#include "engine/forward_pass.h"
#include "experiment/block_analysis.h"
#include "experiment/ripple.h"
#include "experiment/summary.h"
#include "support/parallel.h"

namespace tacet {
namespace {

using experiment::BlockAnalysis;

/// Collects the rows of one intervention while the states pass.
class SilenceRun {
 public:
  SilenceRun(const Model& model, const Prompt& prompt, const Intervention& intervention,
             const SilenceOptions& options, int threads)
      : options_(options),
        config_(model.config()),
        analysis_(options, intervention, prompt.tokens.size(),
                  static_cast<std::size_t>(config_.d_model), threads) {
    result_.prompt = prompt;
    result_.intervention = intervention;
    result_.states = options.states;
    result_.pairs = options.pairs;
    result_.cosine = options.cosine;
    result_.exclude_first = options.exclude_first;
    if (options.keep_states) {
      result_.clean =
          States(config_.n_layer, static_cast<int>(prompt.tokens.size()), config_.d_model);
      result_.silenced = result_.clean;
    }
  }

  void observe(const engine::StateView& view) {
    const auto start = std::chrono::steady_clock::now();
    const bool is_embedding = view.index == 0;
    const bool is_final_norm = view.index == config_.n_layer + 1;
    const bool is_replaced = options_.states == StatesKind::hf && view.index == config_.n_layer;
    const std::string name = experiment::state_name(view.index, config_.n_layer);
    if (is_embedding) {
      result_.trajectory.embedding_mean = analysis_.clean_mean(name, view.clean);
    } else if (!is_replaced) {
      add_row(view, name, is_final_norm);
    }
    if (options_.keep_states) {
      engine::collect_clean(view, result_.clean);
      engine::collect_silenced(view, 0, result_.silenced);
    }
    analysis_s_ += experiment::seconds_since(start);
    if (options_.progress && !is_embedding) options_.progress(view.index, config_.n_layer + 1);
  }

  SilenceResult finish(std::int64_t values_changed, double total_s) {
    result_.values_changed = values_changed;
    const int cut = result_.intervention.cut_layer();
    result_.test = make_test(cut);
    experiment::judge(result_.layers, result_.test, cut);
    if (result_.final_norm) experiment::judge_alone(*result_.final_norm, options_.alpha);
    if (other_first_.size() == result_.layers.size()) {
      experiment::judge(other_first_, result_.test, cut);
      for (std::size_t i = 0; i < other_first_.size(); ++i) {
        if (other_first_[i].effect != result_.layers[i].effect) {
          result_.effect_depends_on_first.push_back(static_cast<int>(i));
        }
      }
    }
    result_.ripple = experiment::make_ripple(result_.layers, cut);
    std::vector<double> means;
    for (const LayerEffect& row : result_.layers) means.push_back(row.mean_clean);
    experiment::summarise(means, result_.trajectory);
    result_.timing.analysis_s = analysis_s_;
    result_.timing.forward_s = total_s - analysis_s_;
    return std::move(result_);
  }

 private:
  void add_row(const engine::StateView& view, const std::string& name, bool is_final_norm) {
    const engine::SilencedView& silenced = view.silenced.front();
    const bool in_layers = !is_final_norm || options_.states == StatesKind::hf;
    const int layer = is_final_norm && in_layers ? config_.n_layer - 1 : view.index - 1;
    LayerEffect row = analysis_.analyse(layer, name, view.clean, silenced.rows, silenced.direct);
    if (is_final_norm) result_.trajectory.final_norm_mean = row.mean_clean;
    if (!in_layers) {
      result_.final_norm = row;
      return;
    }
    result_.layers.push_back(row);
    if (auto other = analysis_.analyse_other_first(layer, name, view.clean, silenced.rows)) {
      other_first_.push_back(*other);
    }
  }

  TestSummary make_test(int cut) const {
    TestSummary test;
    test.name = options_.test;
    test.alpha = options_.alpha;
    test.correction = options_.correction;
    test.family = options_.family;
    test.family_size =
        experiment::family_size(options_.family, config_.n_layer, config_.n_head, cut);
    if (test.correction == Correction::bonferroni) {
      test.threshold = test.alpha / static_cast<double>(test.family_size);
    } else if (test.correction == Correction::none) {
      test.threshold = test.alpha;
    }
    return test;
  }

  const SilenceOptions& options_;
  const ModelConfig& config_;
  BlockAnalysis analysis_;
  SilenceResult result_;
  std::vector<LayerEffect> other_first_;
  double analysis_s_ = 0;
};

}  // namespace

SilenceResult silence(const Model& model, const Prompt& prompt, const Intervention& intervention,
                      const SilenceOptions& options) {
  const int threads = support::resolve_threads(options.threads);
  const std::vector<std::int32_t> ids = experiment::ids_of(prompt);
  engine::check_request(model.config(), ids, {&intervention, 1});
  SilenceRun run(model, prompt, intervention, options, threads);
  const auto start = std::chrono::steady_clock::now();
  const std::vector<std::int64_t> changed =
      engine::forward_pass(model.weights(), ids, {&intervention, 1}, threads,
                           [&](const engine::StateView& view) { run.observe(view); });
  return run.finish(changed.front(), experiment::seconds_since(start));
}

}  // namespace tacet
