#include "tacet/predict.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "engine/forward_pass.h"
#include "experiment/next_token.h"
#include "experiment/pass_plan.h"
#include "experiment/summary.h"
#include "support/parallel.h"
#include "tacet/error.h"
#include "tacet/sweep.h"

namespace tacet {
namespace {

using experiment::NextToken;

/// Rows that meet the unembedding together: enough to read its weights seldom, and few enough for
/// their logits to be no burden (13 MB with GPT-2's vocabulary).
constexpr std::size_t kRowsAtOnce = 64;

void check(const ModelConfig& config, std::span<const std::int32_t> ids,
           std::span<const Intervention> interventions, const PredictOptions& options) {
  engine::check_request(config, {.token_ids = ids, .interventions = interventions});
  if (options.targets.empty()) throw UsageError("predict needs the target, the token it is about");
  for (const std::int32_t id : options.targets) experiment::check_token(config, id, "target");
  if (options.contrast) experiment::check_token(config, *options.contrast, "contrast");
  if (options.top < 1) {
    throw UsageError(fmt::format("the most likely {} tokens: name 1 or more", options.top));
  }
}

void add_texts(Prediction& prediction, const Tokenizer* tokenizer) {
  const auto add = [tokenizer](Token& token) {
    token.text = experiment::text_of(token.id, tokenizer);
  };
  add(prediction.target.token);
  for (TokenScore& other : prediction.others) add(other.token);
  if (prediction.contrast) add(prediction.contrast->token);
  for (LikelyToken& likely : prediction.top) add(likely.token);
}

/// Fills a result, pass by pass.
class Predictor {
 public:
  Predictor(const Model& model, std::span<const std::int32_t> ids, const PredictOptions& options,
            PredictResult& result)
      : model_(model),
        ids_(ids),
        options_(options),
        threads_(support::resolve_threads(options.threads)),
        d_model_(static_cast<std::size_t>(model.config().d_model)),
        vocab_(static_cast<std::size_t>(model.config().vocab_size)),
        result_(result) {}

  void run(std::span<const Intervention> interventions) {
    const std::uint64_t memory = options_.memory == 0 ? default_memory() : options_.memory;
    const std::uint64_t logits = sizeof(float) * vocab_ * (kRowsAtOnce + 1);
    std::vector<std::uint64_t> rows;
    for (const Intervention& intervention : interventions) {
      rows.push_back(ids_.size() - static_cast<std::uint64_t>(intervention.first_position()));
    }
    std::vector<std::size_t> ends =
        experiment::pass_ends(model_.config(), ids_.size(), rows, sizeof(float) * d_model_,
                              memory - std::min(memory, logits));
    if (ends.empty()) ends.push_back(0);  // the clean run alone
    total_ = static_cast<int>(ends.size()) * (model_.config().n_layer + 1);
    std::size_t first = 0;
    for (const std::size_t end : ends) {
      pass(interventions.subspan(first, end - first));
      first = end;
    }
  }

 private:
  /// Sends the runs up the blocks and adds what they predict to the result.
  void pass(std::span<const Intervention> interventions) {
    const int last_index = model_.config().n_layer + 1;
    const std::size_t last_position = ids_.size() - 1;
    std::vector<float> normed((interventions.size() + 1) * d_model_);
    const auto keep = [&](std::size_t number, std::span<const float> row) {
      std::ranges::copy(row, normed.begin() + static_cast<std::ptrdiff_t>(number * d_model_));
    };
    const engine::PassPrompt request{.token_ids = ids_, .interventions = interventions};
    const auto changed = engine::forward_pass(
        model_.weights(), {&request, 1}, threads_,
        [&](const engine::StateView& view) {
          const engine::PromptView& states = view.prompts.front();
          if (view.index == last_index) {
            keep(0, states.clean.row(last_position));
            for (std::size_t k = 0; k < interventions.size(); ++k) {
              keep(k + 1, states.silenced[k].rows.row(last_position));
            }
          } else if (view.index > 0) {
            step();
          }
        },
        {}, engine::FinalRows::last);
    if (clean_logits_.empty()) {
      clean_logits_ = logits_of(std::span(normed).first(d_model_));
      result_.clean = predicted(NextToken(clean_logits_));
    }
    add(interventions, changed.front(), std::span(normed).subspan(d_model_));
    step();
  }

  void add(std::span<const Intervention> interventions, std::span<const std::int64_t> changed,
           std::span<const float> normed) {
    const NextToken clean(clean_logits_);
    const experiment::DivergenceFrom from_clean(clean, vocab_);
    const std::int32_t clean_best = clean.best();
    for (std::size_t first = 0; first < interventions.size(); first += kRowsAtOnce) {
      const std::size_t count = std::min(kRowsAtOnce, interventions.size() - first);
      const std::vector<float> logits =
          logits_of(normed.subspan(first * d_model_, count * d_model_));
      const std::span<const float> all(logits);
      const std::size_t start = result_.interventions.size();
      result_.interventions.resize(start + count);
      support::parallel_for(count, threads_, [&](std::size_t i) {
        const NextToken next(all.subspan(i * vocab_, vocab_));
        result_.interventions[start + i] = {.intervention = interventions[first + i],
                                            .values_changed = changed[first + i],
                                            .prediction = predicted(next),
                                            .kl = from_clean.to(next),
                                            .top1_changed = next.best() != clean_best};
      });
    }
  }

  std::vector<float> logits_of(std::span<const float> normed) const {
    std::vector<float> logits = engine::unembed(model_.weights(), normed, threads_);
    if (!std::ranges::all_of(logits, [](float logit) { return std::isfinite(logit); })) {
      throw NumericError(
          "a logit of the next token is not finite: the model's unembedding overflows float32; "
          "check the weights of ln_f and of the unembedding");
    }
    return logits;
  }

  Prediction predicted(const NextToken& next) const {
    return prediction_of(next, options_.targets, options_.contrast,
                         static_cast<std::size_t>(options_.top));
  }

  void step() {
    ++done_;
    if (options_.progress) options_.progress(done_, total_);
  }

  const Model& model_;
  std::span<const std::int32_t> ids_;
  const PredictOptions& options_;
  int threads_;
  std::size_t d_model_;
  std::size_t vocab_;
  PredictResult& result_;
  std::vector<float> clean_logits_;
  int done_ = 0;
  int total_ = 0;
};

}  // namespace

PredictResult predict(const Model& model, const Prompt& prompt,
                      std::span<const Intervention> interventions, const PredictOptions& options,
                      const Tokenizer* tokenizer) {
  const std::vector<std::int32_t> ids = experiment::ids_of(prompt);
  check(model.config(), ids, interventions, options);
  PredictResult result;
  result.prompt = prompt;
  result.position = static_cast<int>(ids.size()) - 1;
  Predictor(model, ids, options, result).run(interventions);
  add_texts(result.clean, tokenizer);
  for (SilencedPrediction& silenced : result.interventions) {
    add_texts(silenced.prediction, tokenizer);
  }
  return result;
}

std::vector<double> output_divergences(const Model& model, const Prompt& prompt,
                                       std::span<const Intervention> interventions,
                                       PredictOptions options) {
  options.targets = {0};  // every vocabulary has it
  options.contrast.reset();
  options.top = 1;
  const PredictResult result = predict(model, prompt, interventions, options);
  std::vector<double> divergences;
  divergences.reserve(result.interventions.size());
  for (const SilencedPrediction& one : result.interventions) divergences.push_back(one.kl);
  return divergences;
}

}  // namespace tacet
