#include "store/predict_json.h"

#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "store/comparison_json.h"
#include "store/csv.h"
#include "store/json_values.h"
#include "store/replacement_json.h"
#include "store/result_json.h"
#include "tacet/comparison.h"
#include "tacet/export.h"
#include "tacet/predict.h"
#include "tacet/version.h"

namespace tacet {
namespace {

using store::Json;
using store::ObjectBuilder;

Json score_json(const TokenScore& score, const std::string& name) {
  return ObjectBuilder(name)
      .value("id", score.token.id)
      .text("text", score.token.text)
      .number("logit", score.logit)
      .number("log_prob", score.log_prob)
      .number("prob", score.prob)
      .value("rank", score.rank)
      .take();
}

/// Adds what a run predicts to its object.
void add_prediction(ObjectBuilder& builder, const Prediction& prediction, const std::string& name) {
  builder.value("target", score_json(prediction.target, name + ".target"));
  if (!prediction.others.empty()) {
    Json others = Json::array();
    for (const TokenScore& other : prediction.others) {
      others.push_back(score_json(other, fmt::format("{}.others[{}]", name, others.size())));
    }
    builder.value("others", std::move(others));
  }
  builder.value("contrast", prediction.contrast
                                ? score_json(*prediction.contrast, name + ".contrast")
                                : Json(nullptr));
  builder.number("logit_diff", prediction.logit_diff);
  Json top = Json::array();
  for (const LikelyToken& likely : prediction.top) {
    top.push_back(ObjectBuilder(fmt::format("{}.top[{}]", name, top.size()))
                      .value("id", likely.token.id)
                      .text("text", likely.token.text)
                      .number("prob", likely.prob)
                      .take());
  }
  builder.value("top", std::move(top));
}

Json intervention_json(const SilencedPrediction& silenced, const std::string& name) {
  ObjectBuilder builder =
      store::begin_intervention(silenced.intervention, silenced.values_changed, name);
  add_prediction(builder, silenced.prediction, name);
  return builder.number("kl", silenced.kl).value("top1_changed", silenced.top1_changed).take();
}

void add_score(ObjectBuilder& builder, const std::string& prefix, const TokenScore* score) {
  const auto number = [&](const char* key, auto member) {
    const std::string name = prefix + key;
    if (score == nullptr) {
      builder.value(name.c_str(), nullptr);
    } else {
      builder.number(name.c_str(), score->*member);
    }
  };
  number("_logit", &TokenScore::logit);
  number("_log_prob", &TokenScore::log_prob);
  number("_prob", &TokenScore::prob);
  builder.value((prefix + "_rank").c_str(), score == nullptr ? Json(nullptr) : Json(score->rank));
}

void add_token(ObjectBuilder& builder, const std::string& prefix, const TokenScore* score) {
  builder.value((prefix + "_id").c_str(), score == nullptr ? Json() : Json(score->token.id));
  builder.value((prefix + "_text").c_str(),
                score == nullptr ? Json() : store::json_text(score->token.text));
}

/// A line of the CSV; `silenced` is null for the clean run. What was added later stands at the end.
Json csv_row(const Prediction& prediction, const SilencedPrediction* silenced,
             std::size_t n_others) {
  const std::string spec = silenced == nullptr ? "clean" : spec_of(silenced->intervention);
  ObjectBuilder builder(spec);
  const TokenScore* const contrast = prediction.contrast ? &*prediction.contrast : nullptr;
  builder.text("spec", spec)
      .value("mode",
             silenced == nullptr ? Json(nullptr) : Json(to_string(silenced->intervention.mode)));
  add_score(builder, "target", &prediction.target);
  add_score(builder, "contrast", contrast);
  builder.number("logit_diff", prediction.logit_diff);
  const LikelyToken best = prediction.top.empty() ? LikelyToken{} : prediction.top.front();
  builder.value("top1_id", best.token.id)
      .text("top1_text", best.token.text)
      .number("top1_prob", best.prob)
      .number("kl", silenced == nullptr ? 0.0 : silenced->kl)
      .value("top1_changed", silenced != nullptr && silenced->top1_changed);
  add_token(builder, "target", &prediction.target);
  add_token(builder, "contrast", contrast);
  for (std::size_t i = 0; i < n_others; ++i) {
    const TokenScore* const other = i < prediction.others.size() ? &prediction.others[i] : nullptr;
    const std::string prefix = fmt::format("other_{}", i + 1);
    add_token(builder, prefix, other);
    add_score(builder, prefix, other);
  }
  return builder.take();
}

}  // namespace

void store::add_predict(ObjectBuilder& builder, const PredictResult& result) {
  ObjectBuilder clean("clean");
  add_prediction(clean, result.clean, "clean");
  Json interventions = Json::array();
  for (const SilencedPrediction& silenced : result.interventions) {
    interventions.push_back(
        intervention_json(silenced, fmt::format("interventions[{}]", interventions.size())));
  }
  builder.text("prompt", result.prompt.text)
      .value("tokens", tokens_json(result.prompt.tokens))
      .value("position", result.position)
      .value("clean", clean.take())
      .value("interventions", std::move(interventions));
}

std::string store::predict_json(const PredictResult& result, const ModelSummary& model,
                                std::string_view version, const Comparison* comparison) {
  ObjectBuilder builder;
  builder.text("schema", "tacet.predict/1")
      .text("version", version)
      .value("model", model_json(model));
  add_predict(builder, result);
  if (comparison != nullptr) builder.value("comparison", comparison_json(*comparison));
  return document(builder.take());
}

std::vector<store::Json> store::predict_rows(const PredictResult& result, std::size_t n_others) {
  std::vector<Json> rows = {csv_row(result.clean, nullptr, n_others)};
  for (const SilencedPrediction& silenced : result.interventions) {
    rows.push_back(csv_row(silenced.prediction, &silenced, n_others));
  }
  return rows;
}

std::string to_json(const PredictResult& result, const Model& model) {
  return store::predict_json(result, store::summary_of(model), kVersion);
}

std::string to_json(const PredictResult& result, const Comparison& comparison, const Model& model) {
  return store::predict_json(result, store::summary_of(model), kVersion, &comparison);
}

std::string to_csv(const PredictResult& result) {
  const std::vector<Json> rows = store::predict_rows(result, result.clean.others.size());
  return store::csv_table(rows.front(), rows);
}

std::string to_csv(const PredictResult& result, const Comparison& comparison) {
  std::vector<Json> rows = store::predict_rows(result, result.clean.others.size());
  const std::size_t n_heads = comparison.heads.size();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    // The first line is the clean run's, which is every variant's.
    Json row = {
        {"variant",
         i == 0 ? Json() : store::json_text(comparison.variants.at((i - 1) / n_heads).name)}};
    row.update(rows[i]);
    rows[i] = std::move(row);
  }
  return store::csv_table(rows.front(), rows);
}

}  // namespace tacet
