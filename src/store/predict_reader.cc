#include "store/predict_reader.h"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "store/json_document.h"

namespace tacet::store {
namespace {

constexpr std::int64_t kMostCount = std::numeric_limits<std::int64_t>::max();

double probability(const JsonPlace& value) {
  const double number = value.number();
  if (!(number >= 0 && number <= 1)) value.fail("is not between 0 and 1");
  return number;
}

TokenScore read_score(const JsonPlace& score) {
  return {.token = read_token(score),
          .logit = score.at("logit").number(),
          .log_prob = score.at("log_prob").number(),
          .prob = probability(score.at("prob")),
          .rank = score.at("rank").integer(1, kMostCount)};
}

Prediction read_prediction(const JsonPlace& value) {
  Prediction prediction;
  prediction.target = read_score(value.at("target"));
  if (value.has("others")) {
    for (const JsonPlace& other : value.at("others").elements()) {
      prediction.others.push_back(read_score(other));
    }
  }
  if (!value.at("contrast").is_null()) prediction.contrast = read_score(value.at("contrast"));
  prediction.logit_diff = value.at("logit_diff").number_or_null();
  if (prediction.contrast.has_value() != prediction.logit_diff.has_value()) {
    value.at("logit_diff").fail("and 'contrast' are not both there");
  }
  for (const JsonPlace& likely : value.at("top").elements()) {
    prediction.top.push_back({.token = read_token(likely), .prob = probability(likely.at("prob"))});
  }
  return prediction;
}

std::vector<std::int32_t> asked(const Prediction& prediction) {
  std::vector<std::int32_t> ids = {prediction.target.token.id};
  for (const TokenScore& other : prediction.others) ids.push_back(other.token.id);
  ids.push_back(prediction.contrast ? prediction.contrast->token.id : -1);
  return ids;
}

SilencedPrediction read_intervention(const JsonPlace& value, const PredictDocument& stored) {
  SilencedPrediction silenced;
  silenced.intervention.heads =
      read_heads(value.at("spec"), stored.model.n_layer, stored.model.n_head);
  silenced.intervention.positions =
      read_positions(value.at("positions"), stored.result.prompt.tokens.size());
  silenced.intervention.mode = read_mode(value.at("mode"));
  if (value.has("reference")) read_reference(value.at("reference"));
  silenced.values_changed = value.at("values_changed").integer(0, kMostCount);
  silenced.prediction = read_prediction(value);
  if (asked(silenced.prediction) != asked(stored.result.clean)) {
    value.at("target").fail("or another token asked for is not the clean run's");
  }
  silenced.kl = value.at("kl").number();
  silenced.top1_changed = value.at("top1_changed").boolean();
  return silenced;
}

/// The numbers of `keys`, null where they are.
void copy_numbers(const JsonPlace& from, std::initializer_list<const char*> keys,
                  ObjectBuilder& to) {
  for (const char* const key : keys) to.number(key, from.at(key).number_or_null());
}

void copy_counts(const JsonPlace& from, std::initializer_list<const char*> keys,
                 ObjectBuilder& to) {
  for (const char* const key : keys) to.value(key, from.at(key).integer(0, kMostCount));
}

Json read_variant(const JsonPlace& variant, std::size_t n_bins) {
  ObjectBuilder builder("variant");
  builder.text("name", variant.at("name").text());
  copy_counts(variant, {"n"}, builder);
  copy_numbers(variant, {"mean", "sd", "median", "q25", "q75", "min", "max", "median_abs"},
               builder);
  Json counts = Json::array();
  const JsonPlace histogram = variant.at("histogram");
  if (!histogram.is_null()) {
    for (const JsonPlace& count : histogram.elements()) {
      counts.push_back(count.integer(0, kMostCount));
    }
  }
  if (counts.size() != n_bins) {
    histogram.fail(
        fmt::format("has {} entries, not one for each of {} bins", counts.size(), n_bins));
  }
  builder.value("histogram", std::move(counts));
  for (const char* const key : {"n_coupling", "n_decoupling", "n_top1_changed"}) {
    builder.value(key, variant.has(key) ? Json(variant.at(key).integer(0, kMostCount)) : Json());
  }
  return builder.take();
}

Json read_variant_pair(const JsonPlace& pair, std::size_t n_variants) {
  ObjectBuilder builder("pair");
  for (const char* const key : {"a", "b"}) {
    const JsonPlace place = pair.at(key);
    // Which of the variants, by its number or by its name.
    builder.value(key, place.is_string()
                           ? json_text(place.text())
                           : Json(place.integer(0, static_cast<std::int64_t>(n_variants) - 1)));
  }
  copy_numbers(pair, {"pearson", "spearman", "same_sign", "sd_ratio"}, builder);
  copy_counts(pair, {"n_both", "n_only_a", "n_only_b"}, builder);
  const JsonPlace test = pair.at("spread_test");
  if (test.is_null()) return builder.value("spread_test", nullptr).take();
  ObjectBuilder spread("spread_test");
  copy_numbers(test, {"statistic", "df", "p"}, spread);
  return builder.value("spread_test", spread.take()).take();
}

}  // namespace

Json read_comparison(const JsonPlace& comparison) {
  Json edges = Json::array();
  const JsonPlace given = comparison.at("edges");
  if (!given.is_null()) {
    for (const JsonPlace& edge : given.elements()) edges.push_back(edge.number());
  }
  const std::size_t n_bins = edges.empty() ? 0 : edges.size() - 1;
  Json variants = Json::array();
  for (const JsonPlace& variant : comparison.at("variants").elements()) {
    variants.push_back(read_variant(variant, n_bins));
  }
  if (variants.size() < 2) comparison.at("variants").fail("has fewer than two entries");
  Json pairs = Json::array();
  for (const JsonPlace& pair : comparison.at("pairs").elements()) {
    pairs.push_back(read_variant_pair(pair, variants.size()));
  }
  Json heads = Json::array();
  for (const JsonPlace& head : comparison.at("heads").elements()) {
    Json values = Json::array();
    const JsonPlace list = head.at("values");
    for (const JsonPlace& value : list.elements()) {
      const std::optional<double> number = value.number_or_null();
      values.push_back(number ? Json(*number) : Json());
    }
    if (values.size() != variants.size()) list.fail("has no entry for each of the variants");
    heads.push_back(ObjectBuilder()
                        .text("spec", head.at("spec").text())
                        .value("values", std::move(values))
                        .take());
  }
  return ObjectBuilder()
      .text("what", comparison.at("what").text())
      .text("value", comparison.at("value").text())
      .value("edges", std::move(edges))
      .value("variants", std::move(variants))
      .value("pairs", std::move(pairs))
      .value("heads", std::move(heads))
      .take();
}

PredictDocument read_predict(const JsonPlace& document) {
  PredictDocument stored;
  stored.model = read_model(document.at("model"));
  PredictResult& result = stored.result;
  result.prompt.text = document.at("prompt").text();
  result.prompt.tokens = read_tokens(document.at("tokens"));
  result.position =
      static_cast<int>(document.at("position")
                           .integer(0, static_cast<std::int64_t>(result.prompt.tokens.size()) - 1));
  result.clean = read_prediction(document.at("clean"));
  for (const JsonPlace& value : document.at("interventions").elements()) {
    result.interventions.push_back(read_intervention(value, stored));
  }
  if (result.interventions.empty()) document.at("interventions").fail("is empty");
  if (document.has("comparison") && !document.at("comparison").is_null()) {
    stored.comparison = read_comparison(document.at("comparison"));
  }
  return stored;
}

}  // namespace tacet::store
