#include "store/result_json.h"

#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "tacet/version.h"

namespace tacet::store {
namespace {

Json model_json(const ModelSummary& model) {
  return ObjectBuilder("model")
      .text("id", model.id)
      .value("n_layer", model.n_layer)
      .value("n_head", model.n_head)
      .value("d_model", model.d_model)
      .text("dtype", model.dtype)
      .text("fingerprint", model.fingerprint)
      .value("sha256", nullptr)
      .take();
}

Json tokens_json(const std::vector<Token>& tokens) {
  Json json = Json::array();
  for (const Token& token : tokens) {
    json.push_back(ObjectBuilder().value("id", token.id).text("text", token.text).take());
  }
  return json;
}

Json intervention_json(const SilenceResult& result) {
  const Intervention& intervention = result.intervention;
  Json heads = Json::array();
  for (const Head head : intervention.heads) heads.push_back(to_string(head));
  return ObjectBuilder("intervention")
      .text("spec", spec_of(intervention))
      .value("heads", std::move(heads))
      .value("positions",
             intervention.positions.empty() ? Json("all") : Json(intervention.positions))
      .text("mode", to_string(intervention.mode))
      .value("values_changed", result.values_changed)
      .take();
}

Json test_json(const TestSummary& test) {
  return ObjectBuilder("test")
      .text("name", to_string(test.name))
      .number("alpha", test.alpha)
      .text("correction", to_string(test.correction))
      .value("family_size", test.family_size)
      .number("threshold", test.threshold)
      .text("family", to_string(test.family))
      .take();
}

Json ripple_json(const Ripple& ripple) {
  return ObjectBuilder("ripple")
      .value("cut_layer", ripple.cut_layer)
      .value("onset", ripple.onset ? Json(*ripple.onset) : Json(nullptr))
      .number("immediate_delta", ripple.immediate_delta)
      .number("late_delta", ripple.late_delta)
      .value("late_layers", ripple.late_layers)
      .number("persistence", ripple.persistence)
      .number("growth", ripple.growth)
      .number("growth_absolute", ripple.growth_absolute)
      .value("sign_changes", ripple.sign_changes)
      .take();
}

Json summary_json(const TrajectorySummary& summary) {
  return ObjectBuilder("trajectory")
      .value("min_layer", summary.min_layer)
      .number("initial_mean", summary.initial_mean)
      .number("min_mean", summary.min_mean)
      .number("final_mean", summary.final_mean)
      .number("embedding_mean", summary.embedding_mean)
      .number("final_norm_mean", summary.final_norm_mean)
      .take();
}

Json timing_json(const Timing& timing) {
  return ObjectBuilder("timing")
      .number("load_s", timing.load_s)
      .number("forward_s", timing.forward_s)
      .number("analysis_s", timing.analysis_s)
      .take();
}

ObjectBuilder begin_document(const char* schema, const ModelSummary& model, const Prompt& prompt) {
  ObjectBuilder builder;
  builder.value("schema", schema)
      .value("version", kVersion)
      .value("model", model_json(model))
      .text("prompt", prompt.text)
      .value("tokens", tokens_json(prompt.tokens));
  return builder;
}

}  // namespace

ModelSummary summary_of(const Model& model) {
  return {.id = model.id(),
          .n_layer = model.config().n_layer,
          .n_head = model.config().n_head,
          .d_model = model.config().d_model,
          .dtype = model.dtype(),
          .fingerprint = model.fingerprint()};
}

Json layer_json(const LayerEffect& row, std::string name) {
  return ObjectBuilder(std::move(name))
      .value("layer", row.layer)
      .value("n_pairs", row.n_pairs)
      .number("mean_clean", row.mean_clean)
      .number("mean_silenced", row.mean_silenced)
      .number("mean_delta", row.mean_delta)
      .number("sd_delta", row.sd_delta)
      .number("t", row.t)
      .number("df", row.df)
      .number("p", row.p)
      .number("p_adjusted", row.p_adjusted)
      .value("significant", row.significant)
      .text("effect", to_string(row.effect))
      .number("cohen_dz", row.cohen_dz)
      .number("ci_low", row.ci_low)
      .number("ci_high", row.ci_high)
      .number("direct_mean_delta", row.direct_mean_delta)
      .number("perturbation", row.perturbation)
      .number("norm_ratio", row.norm_ratio)
      .number("mean_distance_clean", row.mean_distance_clean)
      .number("mean_distance_silenced", row.mean_distance_silenced)
      .number("effective_rank_clean", row.effective_rank_clean)
      .number("effective_rank_silenced", row.effective_rank_silenced)
      .number("perturbation_absolute", row.perturbation_absolute)
      .take();
}

Json trajectory_row_json(const TrajectoryRow& row, std::string name) {
  return ObjectBuilder(std::move(name))
      .value("n_pairs", row.n_pairs)
      .number("mean", row.mean)
      .number("sd", row.sd)
      .number("q25", row.q25)
      .number("median", row.median)
      .number("q75", row.q75)
      .number("mean_norm", row.mean_norm)
      .number("mean_distance", row.mean_distance)
      .number("effective_rank", row.effective_rank)
      .take();
}

Json trajectory_layer_json(int layer, const TrajectoryRow& row) {
  Json json = {{"layer", layer}};
  json.update(trajectory_row_json(row, fmt::format("layers[{}]", layer)));
  return json;
}

Json silence_json(const SilenceResult& result, const ModelSummary& model) {
  Json layers = Json::array();
  for (std::size_t i = 0; i < result.layers.size(); ++i) {
    layers.push_back(layer_json(result.layers[i], fmt::format("layers[{}]", i)));
  }
  return begin_document("tacet.silence/1", model, result.prompt)
      .value("intervention", intervention_json(result))
      .value("test", test_json(result.test))
      .value("layers", std::move(layers))
      .value("final_norm",
             result.final_norm ? layer_json(*result.final_norm, "final_norm") : Json(nullptr))
      .value("ripple", ripple_json(result.ripple))
      .value("trajectory", summary_json(result.trajectory))
      .value("timing", timing_json(result.timing))
      .text("states", to_string(result.states))
      .text("pairs", to_string(result.pairs))
      .text("cosine", to_string(result.cosine))
      .value("exclude_first", result.exclude_first)
      .value("effect_depends_on_first", result.effect_depends_on_first)
      .take();
}

Json trajectory_json(const TrajectoryResult& result, const ModelSummary& model) {
  Json layers = Json::array();
  for (std::size_t i = 0; i < result.layers.size(); ++i) {
    layers.push_back(trajectory_layer_json(static_cast<int>(i), result.layers[i]));
  }
  return begin_document("tacet.trajectory/1", model, result.prompt)
      .text("states", to_string(result.states))
      .text("cosine", to_string(result.cosine))
      .value("exclude_first", result.exclude_first)
      .value("embedding", trajectory_row_json(result.embedding, "embedding"))
      .value("layers", std::move(layers))
      .value("final_norm", trajectory_row_json(result.final_norm, "final_norm"))
      .value("trajectory", summary_json(result.summary))
      .value("timing", timing_json(result.timing))
      .take();
}

}  // namespace tacet::store
