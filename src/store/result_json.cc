#include "store/result_json.h"

#include <cstddef>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "store/columns.h"
#include "store/replacement_json.h"
#include "tacet/version.h"

namespace tacet::store {
namespace {

/// Makes one key of each column.
class ColumnsBuilder {
 public:
  explicit ColumnsBuilder(std::string name) : builder_(std::move(name)) {}

  void operator()(const char* key, double value) { builder_.number(key, value); }
  void operator()(const char* key, const std::optional<double>& value) {
    builder_.number(key, value);
  }
  void operator()(const char* key, const std::optional<int>& value) {
    builder_.value(key, value ? Json(*value) : Json(nullptr));
  }
  void operator()(const char* key, const std::optional<bool>& value) {
    builder_.value(key, value ? Json(*value) : Json(nullptr));
  }
  void operator()(const char* key, Effect value) { builder_.text(key, to_string(value)); }
  /// Integers, booleans and lists of them.
  template <typename Value>
  void operator()(const char* key, const Value& value) {
    builder_.value(key, value);
  }

  Json take() { return builder_.take(); }

 private:
  ObjectBuilder builder_;
};

Json test_result_json(const TestResult& result, const std::string& name) {
  ObjectBuilder builder(name);
  builder.number("statistic", result.statistic)
      .number("df", result.df)
      .number("se", result.se)
      .number("p", result.p)
      .number("log10_p", result.log10_p)
      .number("p_adjusted", result.p_adjusted)
      .value("significant", result.significant)
      .number("ci_low", result.ci_low)
      .number("ci_high", result.ci_high);
  if (result.note.empty()) {
    builder.value("note", nullptr);
  } else {
    builder.text("note", result.note);
  }
  if (result.name == Test::token_swap) {
    Json shares = Json::array();
    for (const double share : result.token_share) shares.push_back(share);
    builder.value("token_share", std::move(shares));
  }
  if (const auto& drawn = result.resampling) {
    builder.value("seed", drawn->seed).value("draws", drawn->draws);
    if (result.name == Test::token_bootstrap) {
      builder.value("redrawn", drawn->redrawn)
          .number("percentile_low", drawn->percentile_low)
          .number("percentile_high", drawn->percentile_high);
    }
  }
  return builder.take();
}

Json dimensions_json(const std::vector<DimensionShare>& dimensions, const std::string& row) {
  Json list = Json::array();
  for (const DimensionShare& one : dimensions) {
    list.push_back(ObjectBuilder(fmt::format("{}.dimensions[{}]", row, list.size()))
                       .value("dimension", one.dimension)
                       .number("share_clean", one.clean)
                       .number("share_silenced", one.silenced)
                       .take());
  }
  return list;
}

/// The verdict when it is measured otherwise.
Json geometry_json(const SilenceResult& result) {
  Json others = Json::array();
  for (const VerdictChange& change : result.verdict_changes) {
    const bool is_defined = change.undefined.empty();
    ObjectBuilder builder("geometry.others");
    builder.text("measured", change.measured);
    if (is_defined) {
      builder.value("blocks", change.blocks)
          .text("role", to_string(change.role))
          .value("role_differs", change.role_differs)
          .value("undefined", nullptr);
    } else {
      builder.value("blocks", nullptr)
          .value("role", nullptr)
          .value("role_differs", nullptr)
          .text("undefined", change.undefined);
    }
    others.push_back(builder.take());
  }
  return ObjectBuilder("geometry")
      .text("role", to_string(result.role))
      .value("others", std::move(others))
      .take();
}

/// `row` as an object; `name` is its place in the document.
template <typename Row>
Json columns_json(const Row& row, std::string name) {
  ColumnsBuilder builder(std::move(name));
  visit_columns(row, builder);
  return builder.take();
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
          .fingerprint = model.fingerprint(),
          .sha256 = model.sha256(),
          .official = model.official()};
}

Json model_json(const ModelSummary& model) {
  return ObjectBuilder("model")
      .text("id", model.id)
      .value("n_layer", model.n_layer)
      .value("n_head", model.n_head)
      .value("d_model", model.d_model)
      .text("dtype", model.dtype)
      .text("fingerprint", model.fingerprint)
      .value("sha256", model.sha256.empty() ? Json() : Json(model.sha256))
      .value("official", model.official.empty() ? Json() : Json(model.official))
      .take();
}

Json tokens_json(const std::vector<Token>& tokens) {
  Json json = Json::array();
  for (const Token& token : tokens) {
    json.push_back(ObjectBuilder().value("id", token.id).text("text", token.text).take());
  }
  return json;
}

Json layer_json(const LayerEffect& row, std::string name) {
  Json json = columns_json(row, name);
  if (!row.tests.empty()) {
    Json tests = Json::object();
    for (const TestResult& result : row.tests) {
      const std::string key(to_string(result.name));
      tests[key] = test_result_json(result, name + ".tests." + key);
    }
    json["tests"] = std::move(tests);
  }
  if (!row.dimensions.empty()) json["dimensions"] = dimensions_json(row.dimensions, name);
  return json;
}

Json trajectory_row_json(const TrajectoryRow& row, std::string name) {
  return columns_json(row, std::move(name));
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
  ObjectBuilder builder = begin_document("tacet.silence/1", model, result.prompt);
  builder
      .value("intervention",
             begin_intervention(result.intervention, result.values_changed, "intervention").take())
      .value("test", test_json(result.test))
      .value("layers", std::move(layers))
      .value("final_norm",
             result.final_norm ? layer_json(*result.final_norm, "final_norm") : Json(nullptr))
      .value("ripple", columns_json(result.ripple, "ripple"))
      .value("trajectory", summary_json(result.trajectory))
      .value("timing", timing_json(result.timing))
      .text("states", to_string(result.states))
      .text("pairs", to_string(result.pairs))
      .text("cosine", to_string(result.cosine, result.rogue_dimensions))
      .value("exclude_first", result.exclude_first)
      .text("precision", to_string(result.precision))
      .value("effect_depends_on_first", result.effect_depends_on_first);
  if (!result.verdict_changes.empty()) builder.value("geometry", geometry_json(result));
  if (!result.followed.empty()) builder.value("followed", followed_json(result.followed));
  if (result.draws) builder.value("reference_draws", draws_json(*result.draws));
  return builder.take();
}

Json trajectory_json(const TrajectoryResult& result, const ModelSummary& model) {
  Json layers = Json::array();
  for (std::size_t i = 0; i < result.layers.size(); ++i) {
    layers.push_back(trajectory_layer_json(static_cast<int>(i), result.layers[i]));
  }
  return begin_document("tacet.trajectory/1", model, result.prompt)
      .text("states", to_string(result.states))
      .text("cosine", to_string(result.cosine, result.rogue_dimensions))
      .value("exclude_first", result.exclude_first)
      .value("embedding", trajectory_row_json(result.embedding, "embedding"))
      .value("layers", std::move(layers))
      .value("final_norm", trajectory_row_json(result.final_norm, "final_norm"))
      .value("trajectory", summary_json(result.summary))
      .value("timing", timing_json(result.timing))
      .take();
}

}  // namespace tacet::store
