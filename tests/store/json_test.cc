#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/json_values.h"
#include "store/made_results.h"
#include "store/result_json.h"
#include "tacet/error.h"
#include "tacet/export.h"
#include "tacet/version.h"

namespace tacet::store {
namespace json_test {

using ::testing::HasSubstr;
using testing::made_model;
using testing::made_silence;
using testing::made_trajectory;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::string message_of(const auto& action) {
  try {
    action();
  } catch (const NumericError& error) {
    return error.what();
  }
  return "no NumericError";
}

// The whole document, so that no key, order, type or spelling changes unseen.
constexpr const char* kSilence = R"({
  "schema": "tacet.silence/1",
  "version": "@VERSION@",
  "model": {
    "id": "models/m@FFFD@ni",
    "n_layer": 3,
    "n_head": 4,
    "d_model": 5,
    "dtype": "F16",
    "fingerprint": "0123456789abcdef",
    "sha256": null,
    "official": null
  },
  "prompt": "\"Hi\" @E@\n",
  "tokens": [
    {
      "id": 7,
      "text": "\"Hi\""
    },
    {
      "id": 8,
      "text": " @FFFD@"
    },
    {
      "id": 9,
      "text": "@FFFD@"
    },
    {
      "id": 10,
      "text": "\n"
    }
  ],
  "intervention": {
    "spec": "L1H0+L1H3",
    "heads": [
      "L1H0",
      "L1H3"
    ],
    "positions": [
      1,
      2
    ],
    "mode": "scale:0.5",
    "values_changed": 4
  },
  "test": {
    "name": "paired",
    "alpha": 0.05,
    "correction": "bonferroni",
    "family_size": 3,
    "threshold": 0.0125,
    "family": "blocks"
  },
  "layers": [
    {
      "layer": 0,
      "n_pairs": 6,
      "mean_clean": 0.25,
      "mean_silenced": 0.25,
      "mean_delta": 0.0,
      "sd_delta": 0.0,
      "t": null,
      "df": null,
      "p": null,
      "p_adjusted": null,
      "significant": false,
      "effect": "unchanged",
      "cohen_dz": null,
      "ci_low": null,
      "ci_high": null,
      "direct_mean_delta": 0.0,
      "perturbation": 0.0,
      "norm_ratio": 1.0,
      "mean_distance_clean": 1.5,
      "mean_distance_silenced": 1.5,
      "effective_rank_clean": 2.5,
      "effective_rank_silenced": 2.5,
      "perturbation_absolute": 0.0,
      "cohen_dz_low": null,
      "cohen_dz_high": null,
      "glass_delta": null,
      "glass_delta_low": null,
      "glass_delta_high": null,
      "mean_delta_degrees": null,
      "mean_delta_degrees_low": null,
      "mean_delta_degrees_high": null,
      "cka": 1.0,
      "rank_correlation": 1.0,
      "noise_floor": null,
      "near_noise": null
    },
    {
      "layer": 1,
      "n_pairs": 6,
      "mean_clean": 0.25,
      "mean_silenced": 0.125,
      "mean_delta": -0.125,
      "sd_delta": 0.0,
      "t": "-inf",
      "df": 5.0,
      "p": 0.0,
      "p_adjusted": 0.0,
      "significant": true,
      "effect": "decoupling",
      "cohen_dz": "-inf",
      "ci_low": -0.125,
      "ci_high": -0.125,
      "direct_mean_delta": 0.0,
      "perturbation": 0.0625,
      "norm_ratio": 1.0,
      "mean_distance_clean": 1.5,
      "mean_distance_silenced": 1.5,
      "effective_rank_clean": 2.5,
      "effective_rank_silenced": 2.5,
      "perturbation_absolute": 0.75,
      "cohen_dz_low": null,
      "cohen_dz_high": null,
      "glass_delta": null,
      "glass_delta_low": null,
      "glass_delta_high": null,
      "mean_delta_degrees": null,
      "mean_delta_degrees_low": null,
      "mean_delta_degrees_high": null,
      "cka": 1.0,
      "rank_correlation": null,
      "noise_floor": null,
      "near_noise": null
    },
    {
      "layer": 2,
      "n_pairs": 6,
      "mean_clean": 0.1,
      "mean_silenced": 0.30000000000000004,
      "mean_delta": 0.2,
      "sd_delta": 1e-07,
      "t": 2.5,
      "df": 5.0,
      "p": 1e-300,
      "p_adjusted": 3e-300,
      "significant": true,
      "effect": "coupling",
      "cohen_dz": "inf",
      "ci_low": 0.15,
      "ci_high": 0.25,
      "direct_mean_delta": -0.05,
      "perturbation": 0.01,
      "norm_ratio": 1.01,
      "mean_distance_clean": 3.5,
      "mean_distance_silenced": 3.25,
      "effective_rank_clean": 2.75,
      "effective_rank_silenced": 2.625,
      "perturbation_absolute": 12.0,
      "cohen_dz_low": null,
      "cohen_dz_high": null,
      "glass_delta": null,
      "glass_delta_low": null,
      "glass_delta_high": null,
      "mean_delta_degrees": null,
      "mean_delta_degrees_low": null,
      "mean_delta_degrees_high": null,
      "cka": 0.875,
      "rank_correlation": -0.25,
      "noise_floor": null,
      "near_noise": null
    }
  ],
  "final_norm": {
    "layer": 3,
    "n_pairs": 6,
    "mean_clean": 0.1,
    "mean_silenced": 0.30000000000000004,
    "mean_delta": 0.2,
    "sd_delta": 1e-07,
    "t": 2.5,
    "df": 5.0,
    "p": 1e-300,
    "p_adjusted": null,
    "significant": true,
    "effect": "coupling",
    "cohen_dz": "inf",
    "ci_low": 0.15,
    "ci_high": 0.25,
    "direct_mean_delta": -0.05,
    "perturbation": 0.01,
    "norm_ratio": 1.01,
    "mean_distance_clean": 3.5,
    "mean_distance_silenced": 3.25,
    "effective_rank_clean": 2.75,
    "effective_rank_silenced": 2.625,
    "perturbation_absolute": 12.0,
    "cohen_dz_low": null,
    "cohen_dz_high": null,
    "glass_delta": null,
    "glass_delta_low": null,
    "glass_delta_high": null,
    "mean_delta_degrees": null,
    "mean_delta_degrees_low": null,
    "mean_delta_degrees_high": null,
    "cka": 0.875,
    "rank_correlation": -0.25,
    "noise_floor": null,
    "near_noise": null
  },
  "ripple": {
    "cut_layer": 1,
    "onset": 1,
    "immediate_delta": -0.125,
    "late_delta": 0.2,
    "late_layers": [
      2
    ],
    "persistence": 0.5,
    "growth": null,
    "growth_absolute": 2.75,
    "sign_changes": 1,
    "late_se": 0.0625,
    "growth_low": null,
    "growth_high": null
  },
  "trajectory": {
    "min_layer": 2,
    "initial_mean": 0.25,
    "min_mean": 0.1,
    "final_mean": 0.1,
    "embedding_mean": 0.5,
    "final_norm_mean": 0.9
  },
  "timing": {
    "load_s": 0.25,
    "forward_s": 0.5,
    "analysis_s": 0.125
  },
  "states": "block",
  "pairs": "movable",
  "cosine": "raw",
  "exclude_first": false,
  "precision": "float",
  "effect_depends_on_first": [
    2
  ]
}
)";

std::string filled_in(std::string text) {
  const auto replace = [&](std::string_view what, std::string_view with) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what)) {
      text.replace(at, what.size(), with);
    }
  };
  replace("@VERSION@", kVersion);
  replace("@FFFD@", "\xEF\xBF\xBD");
  replace("@E@", "\xC3\xA9");
  return text;
}

TEST(SilenceJson, IsTheDocumentOfTheContract) {
  EXPECT_EQ(document(silence_json(made_silence(), made_model())), filled_in(kSilence));
}

TEST(SilenceJson, SaysAllWhereNothingRestrictsThePositions) {
  SilenceResult result = made_silence();
  result.intervention.positions.clear();
  result.intervention.mode = {};
  const Json json = silence_json(result, made_model());
  EXPECT_EQ(json.at("intervention").at("positions"), "all");
  EXPECT_EQ(json.at("intervention").at("mode"), "zero");
}

TEST(SilenceJson, HasNullForWhatDoesNotExist) {
  SilenceResult result = made_silence();
  result.final_norm = std::nullopt;
  result.states = StatesKind::hf;
  result.test.threshold = std::nullopt;
  result.ripple.onset = std::nullopt;
  result.ripple.persistence = std::nullopt;
  const Json json = silence_json(result, made_model());
  EXPECT_TRUE(json.at("final_norm").is_null());
  EXPECT_EQ(json.at("states"), "hf");
  EXPECT_TRUE(json.at("test").at("threshold").is_null());
  EXPECT_TRUE(json.at("ripple").at("onset").is_null());
  EXPECT_TRUE(json.at("ripple").at("persistence").is_null());
}

TEST(SilenceJson, NumbersReadBackTheSame) {
  SilenceResult result = made_silence();
  const double value = 0.1 + 0.7;
  result.layers[2].mean_delta = value;
  result.layers[2].p = std::numeric_limits<double>::denorm_min();
  const Json json = Json::parse(document(silence_json(result, made_model())));
  EXPECT_EQ(json.at("layers").at(2).at("mean_delta").get<double>(), value);
  EXPECT_EQ(json.at("layers").at(2).at("p").get<double>(),
            std::numeric_limits<double>::denorm_min());
}

TEST(SilenceJson, RefusesNanNamingTheField) {
  SilenceResult result = made_silence();
  result.layers[1].cohen_dz = kNan;
  EXPECT_THAT(message_of([&] { silence_json(result, made_model()); }),
              HasSubstr("'layers[1].cohen_dz' is not a number"));
  result = made_silence();
  result.final_norm->perturbation_absolute = kNan;
  EXPECT_THAT(message_of([&] { silence_json(result, made_model()); }),
              HasSubstr("'final_norm.perturbation_absolute'"));
  result = made_silence();
  result.timing.load_s = -kNan;
  EXPECT_THAT(message_of([&] { silence_json(result, made_model()); }),
              HasSubstr("'timing.load_s'"));
}

TEST(TrajectoryJson, HasItsKeysInOrder) {
  const Json json = trajectory_json(made_trajectory(), made_model());
  Json expected = Json::parse(filled_in(kSilence));
  for (const char* key : {"intervention", "test", "ripple", "pairs", "effect_depends_on_first"}) {
    expected.erase(key);
  }
  const char* const row =
      R"({"n_pairs":6,"mean":0.5,"sd":0.625,"q25":0.75,"median":0.875,"q75":1.0,)"
      R"("mean_norm":1.5,"mean_distance":2.5,"effective_rank":3.5})";
  EXPECT_EQ(json.at("embedding").dump(), row);
  const char* const layer =
      R"({"layer":1,"n_pairs":6,"mean":-0.25,"sd":-0.125,"q25":0.0,"median":0.125,"q75":0.25,)"
      R"("mean_norm":0.75,"mean_distance":1.75,"effective_rank":2.75})";
  ASSERT_EQ(json.at("layers").size(), 2U);
  EXPECT_EQ(json.at("layers").at(1).dump(), layer);
  EXPECT_EQ(json.at("final_norm").at("mean"), -1.0);
  for (const char* key : {"version", "model", "prompt", "tokens", "trajectory", "timing"}) {
    EXPECT_EQ(json.at(key).dump(), expected.at(key).dump()) << key;
  }
  std::string keys;
  for (const auto& item : json.items()) keys += item.key() + " ";
  EXPECT_EQ(keys,
            "schema version model prompt tokens states cosine exclude_first embedding layers "
            "final_norm trajectory timing ");
  EXPECT_EQ(json.at("schema"), "tacet.trajectory/1");
  EXPECT_EQ(json.at("states"), "hf");
  EXPECT_EQ(json.at("cosine"), "centred");
  EXPECT_EQ(json.at("exclude_first"), true);
}

TEST(SilenceJson, HoldsTheGeometryWhereItWasAskedFor) {
  SilenceResult result = made_silence();
  EXPECT_FALSE(silence_json(result, made_model()).contains("geometry"));
  result.cosine = Cosine::no_rogue;
  result.rogue_dimensions = 2;
  result.role = Role::connector;
  VerdictChange changed;
  changed.measured = "centred";
  changed.blocks = {0, 2};
  changed.role_differs = true;
  VerdictChange undefined;
  undefined.measured = "no-rogue:3";
  undefined.undefined = "token 1 has norm 0";
  result.verdict_changes = {changed, undefined};
  result.layers[2].dimensions = {{.dimension = 7, .clean = 0.75, .silenced = std::nullopt}};
  const Json json = silence_json(result, made_model());
  EXPECT_EQ(json.at("cosine"), "no-rogue:2");
  EXPECT_EQ(json.at("geometry").dump(),
            R"({"role":"connector","others":[{"measured":"centred","blocks":[0,2],"role":"none",)"
            R"("role_differs":true,"undefined":null},{"measured":"no-rogue:3","blocks":null,)"
            R"("role":null,"role_differs":null,"undefined":"token 1 has norm 0"}]})");
  EXPECT_FALSE(json.at("layers").at(1).contains("dimensions"));
  EXPECT_EQ(json.at("layers").at(2).at("dimensions").dump(),
            R"([{"dimension":7,"share_clean":0.75,"share_silenced":null}])");
}

TEST(TrajectoryJson, RefusesNanNamingTheField) {
  TrajectoryResult result = made_trajectory();
  result.layers[1].q75 = kNan;
  EXPECT_THAT(message_of([&] { trajectory_json(result, made_model()); }),
              HasSubstr("'layers[1].q75'"));
}

TEST(Export, PutsTheLoadedModelIntoTheDocument) {
  const Model model = Model::mini();
  const ModelSummary summary = summary_of(model);
  EXPECT_EQ(summary.id, "mini");
  EXPECT_EQ(summary.n_layer, model.config().n_layer);
  EXPECT_EQ(summary.n_head, model.config().n_head);
  EXPECT_EQ(summary.d_model, model.config().d_model);
  EXPECT_EQ(summary.fingerprint, model.fingerprint());
  EXPECT_EQ(to_json(made_silence(), model), document(silence_json(made_silence(), summary)));
  EXPECT_EQ(to_json(made_trajectory(), model),
            document(trajectory_json(made_trajectory(), summary)));
}

TEST(ObjectBuilder, NamesAFieldWithoutAnObject) {
  EXPECT_THAT(message_of([] { ObjectBuilder().number("alpha", kNan); }), HasSubstr("'alpha'"));
}

}  // namespace json_test
}  // namespace tacet::store
