// The document of a page of predict.
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "report/column_values.h"
#include "report/neighbour_pages.h"
#include "report/token_json.h"
#include "tacet/error.h"
#include "tacet/intervention.h"
#include "tacet/version.h"

namespace tacet::report {
namespace {

using store::Json;
using store::ObjectBuilder;

/// One of the tokens asked for, in a prediction.
using ScoreOf = std::function<const TokenScore&(const Prediction&)>;

Json clean_json(const TokenScore& score) {
  return ObjectBuilder("clean")
      .number("logit", score.logit)
      .number("log_prob", score.log_prob)
      .number("prob", score.prob)
      .value("rank", score.rank)
      .take();
}

/// A token in the clean run, and in every intervention as columns. Changes are columns of their
/// own: they may be far smaller than what float32 keeps of the values.
Json score_json(const PredictResult& result, const ScoreOf& of) {
  const TokenScore& clean = of(result.clean);
  const auto column = [&](auto value) {
    return floats(result.interventions, [&](const SilencedPrediction& one) {
      return static_cast<float>(value(of(one.prediction)));
    });
  };
  return ObjectBuilder()
      .value("token", token_json(clean.token))
      .value("clean", clean_json(clean))
      .value("logit", column([](const TokenScore& one) { return one.logit; }))
      .value("log_prob", column([](const TokenScore& one) { return one.log_prob; }))
      .value("prob", column([](const TokenScore& one) { return one.prob; }))
      .value("rank", column([](const TokenScore& one) { return one.rank; }))
      .value("d_log_prob",
             column([&](const TokenScore& one) { return one.log_prob - clean.log_prob; }))
      .value("d_prob", column([&](const TokenScore& one) { return one.prob - clean.prob; }))
      .take();
}

Json targets_json(const PredictResult& result) {
  Json targets = Json::array();
  targets.push_back(
      score_json(result, [](const Prediction& one) -> const TokenScore& { return one.target; }));
  for (std::size_t i = 0; i < result.clean.others.size(); ++i) {
    targets.push_back(score_json(
        result, [i](const Prediction& one) -> const TokenScore& { return one.others.at(i); }));
  }
  return targets;
}

Json logit_diff_json(const PredictResult& result) {
  if (!result.clean.logit_diff) return nullptr;
  const double clean = *result.clean.logit_diff;
  const auto of = [](const SilencedPrediction& one) { return *one.prediction.logit_diff; };
  return ObjectBuilder("logit_diff")
      .number("clean", clean)
      .value("silenced", floats(result.interventions,
                                [&](const SilencedPrediction& one) { return number(of(one)); }))
      .value("change",
             floats(result.interventions,
                    [&](const SilencedPrediction& one) { return number(of(one) - clean); }))
      .take();
}

Json interventions_json(const PredictResult& result) {
  Json list = Json::array();
  for (const SilencedPrediction& one : result.interventions) {
    Json heads = Json::array();
    for (const Head head : one.intervention.heads) heads.push_back(to_string(head));
    list.push_back(ObjectBuilder()
                       .text("spec", spec_of(one.intervention))
                       .value("heads", std::move(heads))
                       .value("cut_layer", one.intervention.cut_layer())
                       .text("mode", to_string(one.intervention.mode))
                       .value("positions", one.intervention.positions.empty()
                                               ? Json("all")
                                               : Json(one.intervention.positions))
                       .take());
  }
  return list;
}

/// The most likely tokens as [id, probability]; their texts go into `texts`.
Json top_json(const Prediction& prediction, std::map<std::int32_t, std::string>& texts) {
  Json top = Json::array();
  for (const LikelyToken& likely : prediction.top) {
    // As many digits as the columns have.
    top.push_back(Json::array({likely.token.id, static_cast<float>(likely.prob)}));
    texts.emplace(likely.token.id, likely.token.text);
  }
  return top;
}

}  // namespace

std::string page_data(const PredictPage& page) {
  const PredictResult& result = page.result;
  if (result.interventions.empty()) throw UsageError("a page needs results; silence a head first");
  std::map<std::int32_t, std::string> texts;
  Json silenced = Json::array();
  const Json clean = top_json(result.clean, texts);
  for (const SilencedPrediction& one : result.interventions) {
    silenced.push_back(top_json(one.prediction, texts));
  }
  Json names = Json::array();
  for (const auto& [id, text] : texts) names.push_back(token_json({.id = id, .text = text}));
  Json chosen = Json::array();
  for (const std::string& spec : page.chosen) chosen.push_back(store::json_text(spec));
  Json contrast;
  if (result.clean.contrast) {
    contrast = score_json(result,
                          [](const Prediction& one) -> const TokenScore& { return *one.contrast; });
  }
  return ObjectBuilder()
      .text("schema", "tacet.page.predict/1")
      .text("version", kVersion)
      .text("title", page.title)
      .value("model", store::model_json(page.model))
      .text("prompt", result.prompt.text)
      .value("tokens", store::tokens_json(result.prompt.tokens))
      .value("position", result.position)
      .value("interventions", interventions_json(result))
      .value("targets", targets_json(result))
      .value("contrast", std::move(contrast))
      .value("logit_diff", logit_diff_json(result))
      .value("kl", floats(result.interventions,
                          [](const SilencedPrediction& one) { return number(one.kl); }))
      .value("top1_changed", bytes(result.interventions,
                                   [](const SilencedPrediction& one) {
                                     return static_cast<std::uint8_t>(one.top1_changed ? 1 : 0);
                                   }))
      .value("top", {{"clean", clean}, {"silenced", std::move(silenced)}})
      .value("texts", std::move(names))
      .value("comparison", page.comparison)
      .value("chosen", std::move(chosen))
      .take()
      .dump();
}

}  // namespace tacet::report
