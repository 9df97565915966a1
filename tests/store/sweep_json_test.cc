#include "store/sweep_json.h"

#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tacet/error.h"

namespace tacet::store {
namespace sweep_json_test {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Two heads, one of them joint, on one prompt.
SweepListing made_listing() {
  StoredRun run;
  run.id = 7;
  run.prompt_id = "one";
  run.prompt = {.text = "I\xFF", .tokens = {{40, "I"}, {222, "\xFF"}}};
  run.settings.positions = {1};
  run.model_id = "m";
  run.model_fingerprint = "0123456789abcdef";
  run.model_dtype = "F16";
  run.n_layer = 3;
  run.n_head = 4;
  run.d_model = 5;
  HeadSummary single;
  single.spec = "L1H2";
  single.heads = {{1, 2}};
  single.cut_layer = 1;
  single.late = -0.25;
  single.immediate = 0.5;
  single.extreme = 0.75;
  single.extreme_layer = 2;
  single.t = -kInfinity;
  single.cohen_dz = 1.5;
  single.onset = 2;
  single.p_adjusted = 0.125;
  single.role = Role::connector;
  single.n_significant = 1;
  HeadSummary joint;
  joint.spec = "L0H0+L2H3";
  joint.heads = {{0, 0}, {2, 3}};
  SweepSummary summary;
  summary.n_layer = 3;
  summary.n_head = 4;
  summary.family_size = 5;
  summary.heads = {single, joint};
  summary.n_connectors = 1;
  summary.n_none = 1;
  summary.n_late_only = 1;
  SweepListing listing;
  listing.runs = {run};
  listing.per_run = {summary};
  listing.summary = summary;
  return listing;
}

TEST(SweepJson, WholeDocument) {
  std::string expected = R"({
  "schema": "tacet.sweep/1",
  "version": "0.1.0",
  "model": {
    "id": "m",
    "n_layer": 3,
    "n_head": 4,
    "d_model": 5,
    "dtype": "F16",
    "fingerprint": "0123456789abcdef",
    "sha256": null,
    "official": null
  },
  "prompts": [
    {
      "run": 7,
      "id": "one",
      "group": null,
      "prompt": "I@",
      "positions": [
        1
      ],
      "tokens": [
        {
          "id": 40,
          "text": "I"
        },
        {
          "id": 222,
          "text": "@"
        }
      ]
    }
  ],
  "settings": {
    "mode": "zero",
    "states": "block",
    "cosine": "raw",
    "pairs": "movable",
    "exclude_first": false,
    "noise_draws": 0,
    "test": "paired",
    "tests_beside": [],
    "seed": 1,
    "draws": 1999,
    "alpha": 0.05,
    "correction": "bonferroni",
    "family": "blocks"
  },
  "test": {
    "name": "paired",
    "alpha": 0.05,
    "correction": "bh",
    "family_size": 5,
    "family": "sweep"
  },
  "heads": [
    {
      "spec": "L1H2",
      "heads": [
        "L1H2"
      ],
      "layer": 1,
      "head": 2,
      "cut_layer": 1,
      "late_delta": -0.25,
      "immediate_delta": 0.5,
      "extreme_delta": 0.75,
      "extreme_layer": 2,
      "t": "-inf",
      "cohen_dz": 1.5,
      "onset": 2.0,
      "p_adjusted": 0.125,
      "role": "connector",
      "significant": true,
      "immediate_significant": false,
      "extreme_significant": false,
      "n_prompts": 1,
      "n_significant": 1
    },
    {
      "spec": "L0H0+L2H3",
      "heads": [
        "L0H0",
        "L2H3"
      ],
      "layer": null,
      "head": null,
      "cut_layer": 0,
      "late_delta": 0.0,
      "immediate_delta": 0.0,
      "extreme_delta": 0.0,
      "extreme_layer": 0,
      "t": null,
      "cohen_dz": null,
      "onset": null,
      "p_adjusted": null,
      "role": "none",
      "significant": false,
      "immediate_significant": false,
      "extreme_significant": false,
      "n_prompts": 1,
      "n_significant": 0
    }
  ],
  "counts": {
    "interventions": 2,
    "connectors": 1,
    "separators": 0,
    "none": 1,
    "late_only": 1
  },
  "tests": {},
  "noise": null,
  "across": null
}
)";
  for (std::size_t at = expected.find('@'); at != std::string::npos; at = expected.find('@')) {
    expected.replace(at, 1, "\uFFFD");
  }
  EXPECT_EQ(sweep_json(made_listing()), expected);
}

TEST(SweepJson, AcrossPrompts) {
  SweepListing listing = made_listing();
  listing.runs.assign(4, listing.runs[0]);
  for (std::size_t k = 0; k < 4; ++k) {
    listing.runs[k].id = static_cast<std::int64_t>(10 + k);
    PromptEffect effect;
    effect.spec = "L1H2";
    effect.heads = {{1, 2}};
    effect.cut_layer = 1;
    effect.late_delta = k == 3 ? -0.125 : 0.25;
    effect.mean_deltas = {0, 0, effect.late_delta};
    listing.effects.push_back({effect});
  }
  const std::vector<std::string> groups(4);
  listing.runs[2].prompt_group = "g";
  listing.across = across(listing.effects, groups, {});
  listing.holdout = hold_out(listing.effects, groups, 1, {});
  const Json json = sweep_document(listing);
  EXPECT_EQ(json["prompts"][2]["group"], "g");
  const Json& result = json["across"];
  EXPECT_EQ(result["n_units"], 4);
  EXPECT_EQ(result["max_t"]["n_patterns"], 8);
  EXPECT_EQ(result["max_t"]["family_size"], 3);
  EXPECT_TRUE(result["max_t"]["seed"].is_null());
  const Json& head = result["heads"][0];
  EXPECT_EQ(head["mean"], 0.15625);
  EXPECT_EQ(head["signs"]["agree"], 3);
  EXPECT_EQ(head["t"], *listing.across->heads[0].late.t);
  EXPECT_TRUE(head["random_effects"]["mean"].is_null());
  EXPECT_EQ(head["blocks"][1]["layer"], 2);
  EXPECT_EQ(head["blocks"][1]["p_max_t"], *listing.across->heads[0].blocks[1].p_max_t);
  EXPECT_TRUE(head["blocks"][0]["t"].is_null());
  const Json& holdout = result["holdout"];
  EXPECT_EQ(holdout["seed"], 1);
  EXPECT_EQ(holdout["choosing"].size(), 2U);
  EXPECT_EQ(holdout["testing"].size(), 2U);
  EXPECT_GE(holdout["testing"][0], 10);
  EXPECT_EQ(holdout["heads"][0]["spec"], "L1H2");
}

TEST(SweepJson, PromptsWithoutIdAndPositions) {
  SweepListing listing = made_listing();
  listing.runs[0].prompt_id = "";
  listing.runs[0].settings.positions = {};
  EXPECT_THAT(sweep_json(listing), HasSubstr("\"id\": null,\n      \"group\": null"));
  EXPECT_THAT(sweep_json(listing), HasSubstr("\"positions\": \"all\""));
}

TEST(SweepJson, NoResultHoldsNan) {
  SweepListing listing = made_listing();
  listing.summary.heads[0].late = std::numeric_limits<double>::quiet_NaN();
  try {
    sweep_json(listing);
    FAIL() << "no error";
  } catch (const NumericError& error) {
    EXPECT_THAT(error.what(), HasSubstr("L1H2.late_delta"));
  }
}

TEST(SweepCsv, OneLineARunAndIntervention) {
  SweepListing listing = made_listing();
  listing.runs.push_back(listing.runs[0]);
  listing.runs[1].id = 8;
  listing.per_run.push_back(listing.per_run[0]);
  listing.per_run[1].heads[0].late = 1.5;
  EXPECT_EQ(sweep_csv(listing),
            "run,spec,layer,head,cut_layer,late_delta,immediate_delta,extreme_delta,extreme_layer,"
            "t,cohen_dz,onset,p_adjusted,role,significant,immediate_significant,"
            "extreme_significant,n_prompts,n_significant\n"
            "7,L1H2,1,2,1,-0.25,0.5,0.75,2,-inf,1.5,2.0,0.125,connector,true,false,false,1,1\n"
            "7,L0H0+L2H3,,,0,0.0,0.0,0.0,0,,,,,none,false,false,false,1,0\n"
            "8,L1H2,1,2,1,1.5,0.5,0.75,2,-inf,1.5,2.0,0.125,connector,true,false,false,1,1\n"
            "8,L0H0+L2H3,,,0,0.0,0.0,0.0,0,,,,,none,false,false,false,1,0\n");
}

}  // namespace sweep_json_test
}  // namespace tacet::store
