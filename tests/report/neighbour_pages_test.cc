#include "report/neighbour_pages.h"

#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/page_followed.h"
#include "store/made_results.h"
#include "support/decoded_columns.h"
#include "tacet/error.h"

namespace tacet::report {
namespace neighbour_pages_test {

using ::testing::ElementsAre;
using testing::floats;
using ::testing::HasSubstr;

TokenScore score(std::int32_t id, double prob, std::int64_t rank) {
  return {.token = {.id = id, .text = " t"},
          .logit = 3 + prob,
          .log_prob = std::log(prob),
          .prob = prob,
          .rank = rank};
}

Prediction prediction(double prob) {
  return {.target = score(5, prob, 2),
          .others = {score(6, prob / 2, 4)},
          .contrast = score(7, 0.125, 3),
          .logit_diff = prob - 0.125,
          .top = {{.token = {.id = 9, .text = "\xff"}, .prob = 0.5}}};
}

PredictPage made_predict() {
  SilencedPrediction silenced;
  silenced.intervention = {.heads = {{0, 1}}, .positions = {2}, .mode = {}};
  silenced.prediction = prediction(0.25);
  silenced.kl = 0.75;
  silenced.top1_changed = true;
  PredictPage page{.model = testing::made_model(), .result = {}};
  page.result.prompt = testing::made_silence().prompt;
  page.result.position = 3;
  page.result.clean = prediction(0.25 - 1e-9);
  page.result.interventions = {silenced};
  return page;
}

TEST(PredictPage, ChangesAreThereInFullPrecision) {
  const store::Json page = store::Json::parse(page_data(made_predict()));
  EXPECT_EQ(page["schema"], "tacet.page.predict/1");
  const store::Json& target = page["targets"][0];
  EXPECT_THAT(floats(target["prob"]), ElementsAre(0.25F));
  // The values are the same in float32; their difference is not lost.
  EXPECT_NEAR(floats(target["d_prob"])[0], 1e-9, 1e-15);
  EXPECT_THAT(floats(target["rank"]), ElementsAre(2.0F));
  EXPECT_EQ(page["targets"][1]["token"]["id"], 6);
  EXPECT_THAT(floats(page["logit_diff"]["change"]),
              ElementsAre(::testing::FloatNear(1e-9F, 1e-12F)));
  EXPECT_THAT(floats(page["kl"]), ElementsAre(0.75F));
  EXPECT_EQ(page["interventions"][0]["spec"], "L0H1");
  EXPECT_EQ(page["interventions"][0]["positions"], store::Json({2}));
  EXPECT_EQ(page["top"]["silenced"], store::Json::parse("[[[9, 0.5]]]"));
  EXPECT_EQ(page["texts"][0]["text"], "\uFFFD");
  EXPECT_TRUE(page["comparison"].is_null());
}

TEST(PredictPage, HasNoContrastWhereNoneWasAskedFor) {
  PredictPage page = made_predict();
  for (Prediction* const one :
       {&page.result.clean, &page.result.interventions.front().prediction}) {
    one->contrast.reset();
    one->logit_diff.reset();
  }
  const store::Json json = store::Json::parse(page_data(page));
  EXPECT_TRUE(json["contrast"].is_null());
  EXPECT_TRUE(json["logit_diff"].is_null());
}

TEST(PredictPage, NeedsAnIntervention) {
  PredictPage page = made_predict();
  page.result.interventions.clear();
  EXPECT_THROW(page_data(page), UsageError);
}

PatchPage made_patch(std::size_t n_pairs) {
  PatchPage page{.model = testing::made_model(), .result = {}};
  const Prompt prompt = testing::made_silence().prompt;
  page.result.by = PatchBy::head_position;
  page.result.direction = PatchDirection::noise;
  for (std::size_t i = 0; i < n_pairs; ++i) {
    page.result.pairs.push_back({.pair = {.clean = prompt,
                                          .corrupt = prompt,
                                          .target = {.id = 1, .text = "a"},
                                          .contrast = {.id = 2, .text = "b"}},
                                 .clean_logit_diff = 2,
                                 .corrupt_logit_diff = -1});
  }
  PatchCell cell;
  cell.logit_diff = 0.5;
  cell.recovered_sd = 0.25;
  page.result.cells = {cell, cell};
  page.result.cells[1].recovered = -0.5;
  return page;
}

TEST(PatchPage, AShareThatDoesNotExistIsNaN) {
  const store::Json page = store::Json::parse(page_data(made_patch(1)));
  EXPECT_EQ(page["schema"], "tacet.page.patch/1");
  EXPECT_EQ(page["by"], "head,position");
  EXPECT_EQ(page["direction"], "noise");
  EXPECT_EQ(page["n_positions"], 4);
  const std::vector<float> recovered = floats(page["cells"]["recovered"]);
  EXPECT_TRUE(std::isnan(recovered[0]));
  EXPECT_EQ(recovered[1], -0.5F);
  EXPECT_TRUE(page["cells"]["recovered_sd"].is_null());
}

TEST(PatchPage, SeveralPairsHaveTheirSpread) {
  const store::Json page = store::Json::parse(page_data(made_patch(2)));
  EXPECT_EQ(page["pairs"].size(), 2U);
  EXPECT_THAT(floats(page["cells"]["recovered_sd"]), ElementsAre(0.25F, 0.25F));
}

TEST(PatchPage, NeedsAPair) {
  EXPECT_THROW(page_data(made_patch(0)), UsageError);
}

/// The made silencing (3 blocks, cut 1, ln_f), which follows a pair.
SweepOutcome followed_outcome() {
  SweepOutcome outcome = outcome_of(testing::made_silence());
  FollowedPair pair{
      .pair = {.name = "a,b", .first = 0, .second = 2}, .layers = {}, .final_norm = {}};
  for (int layer = 0; layer < 3; ++layer) {
    FollowedRow row;
    row.layer = layer;
    row.clean = layer + 0.5;
    row.silenced = layer + 0.25;
    pair.layers.push_back(row);
  }
  pair.final_norm = pair.layers.back();
  outcome.followed = {pair};
  return outcome;
}

TEST(FollowedColumns, AreTheCleanLineAndTheRowsFromTheCutOn) {
  const SweepOutcome outcome = followed_outcome();
  SweepOutcome other = outcome;
  other.followed.clear();
  const std::vector<SweepOutcome> outcomes = {outcome, other};
  EXPECT_EQ(n_followed_values(outcomes), 6U);
  const store::Json pairs = followed_pairs(outcomes);
  EXPECT_EQ(pairs[0]["pair"], "a,b");
  EXPECT_EQ(pairs[0]["positions"], store::Json({0, 2}));
  EXPECT_THAT(floats(pairs[0]["clean"]), ElementsAre(0.5F, 1.5F, 2.5F, 2.5F));
  const std::vector<float> silenced = floats(pairs[0]["silenced"]);
  EXPECT_EQ(silenced[0], 1.25F);
  EXPECT_EQ(silenced[2], 2.25F);
  EXPECT_TRUE(std::isnan(silenced[3]));
  EXPECT_TRUE(followed_pairs(std::vector{other}).is_null());
}

}  // namespace neighbour_pages_test
}  // namespace tacet::report
