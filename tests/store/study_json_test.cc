// A study as JSON, CSV and checks.
#include "store/study_json.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/made_results.h"
#include "store/same_bits.h"
#include "store/sweep_rows_made.h"
#include "tacet/error.h"
#include "tacet/version.h"

namespace tacet::store {
namespace study_json_test {

using ::testing::ElementsAre;
using testing::kSweepHeads;
using testing::kSweepLayers;
using testing::made_trajectory;
using testing::sweep_heads;
using testing::sweep_prompt;
using testing::sweep_result;

Claim made_claim() {
  Claim claim;
  claim.id = "early_fall";
  claim.statement = "They fall.";
  claim.rule = "They fall by much.";
  claim.verdict = Verdict::in_part;
  claim.reading = "by 0.1";
  claim.figures = {{"fall", 0.1},
                   {"min_layer", std::int64_t{3}},
                   {"is_low", true},
                   {"ratio", std::numeric_limits<double>::infinity()},
                   {"other_verdict", std::string("holds")},
                   {"noise_floor", std::monostate()}};
  return claim;
}

std::vector<SweepOutcome> made_outcomes() {
  std::vector<SweepOutcome> outcomes;
  for (const Head head : sweep_heads()) outcomes.push_back(outcome_of(sweep_result(0, head)));
  return outcomes;
}

StudyListing made_study() {
  StudyListing study;
  StoredRun run;
  run.id = 1;
  run.prompt = sweep_prompt(0);
  run.model_id = "made";
  run.n_layer = kSweepLayers;
  run.n_head = kSweepHeads;
  study.sweep.runs = {run};
  study.sweep.per_run = {summarise(made_outcomes(), kSweepLayers, kSweepHeads, 0.05)};
  study.sweep.summary = study.sweep.per_run.front();
  study.layer = 2;
  study.claims = {made_claim()};
  return study;
}

std::vector<std::string> keys_of(const Json& json) {
  std::vector<std::string> keys;
  for (const auto& item : json.items()) keys.push_back(item.key());
  return keys;
}

TEST(StudyJson, HoldsTheClaimsAndTheSweepInShort) {
  const Json json = Json::parse(study_json(made_study()));
  EXPECT_THAT(keys_of(json), ElementsAre("schema", "version", "model", "prompt", "tokens", "layer",
                                         "positions", "settings", "claims", "sweep"));
  EXPECT_EQ(json.at("schema"), "tacet.study/1");
  EXPECT_EQ(json.at("version"), kVersion);
  EXPECT_EQ(json.at("model").at("id"), "made");
  EXPECT_EQ(json.at("layer"), 2);
  EXPECT_EQ(json.at("tokens").size(), 4U);
  EXPECT_EQ(json.at("settings").at("test"), "paired");
  EXPECT_THAT(keys_of(json.at("sweep")), ElementsAre("run", "test", "heads", "counts", "tests"));
  EXPECT_EQ(json.at("sweep").at("heads"), Json::parse(sweep_json(made_study().sweep)).at("heads"));
}

TEST(StudyJson, WritesAClaim) {
  EXPECT_EQ(claim_json(made_claim()).dump(),
            R"({"id":"early_fall","statement":"They fall.","rule":"They fall by much.",)"
            R"("verdict":"in_part","stands_up":null,"figures":{"fall":0.1,"min_layer":3,)"
            R"("is_low":true,"ratio":"inf","other_verdict":"holds","noise_floor":null},)"
            R"("reading":"by 0.1"})");
  Claim claim = made_claim();
  claim.stands_up = Verdict::does_not_hold;
  EXPECT_EQ(claim_json(claim).at("stands_up"), "does_not_hold");
  claim.figures.emplace_back("bad", std::numeric_limits<double>::quiet_NaN());
  EXPECT_THROW(claim_json(claim), NumericError);
}

TEST(StudyJson, GivesThePageWhatItShows) {
  const Json section = study_section(made_study());
  EXPECT_THAT(keys_of(section), ElementsAre("layer", "claims"));
  EXPECT_EQ(section.at("claims").at(0), claim_json(made_claim()));
}

TEST(StudyJson, MakesACheckOfEachClaim) {
  const std::vector<StoredCheck> checks = checks_of(made_study());
  ASSERT_EQ(checks.size(), 1U);
  EXPECT_EQ(checks.front().name, "early_fall");
  EXPECT_EQ(checks.front().outcome, "in_part");
  const Json details = Json::parse(checks.front().details);
  EXPECT_THAT(keys_of(details),
              ElementsAre("layer", "statement", "rule", "stands_up", "figures", "reading"));
  EXPECT_EQ(details.at("layer"), 2);
  EXPECT_EQ(details.at("figures").at("fall"), 0.1);
}

TEST(StudyJson, FindsTheStudyAgainAmongTheChecks) {
  std::vector<StoredCheck> checks = checks_of(made_study());
  checks.push_back({.name = "another", .outcome = "fine", .details = "{}"});
  checks.push_back({.name = "one more", .outcome = "fine", .details = "no JSON"});
  EXPECT_EQ(study_section(checks).dump(), study_section(made_study()).dump());
  EXPECT_TRUE(study_section(std::span(checks).subspan(1)).is_null());
  EXPECT_TRUE(study_section(std::span<const StoredCheck>()).is_null());
}

TEST(EffectsCsv, HasOneLineForEachInterventionAndBlock) {
  const std::string text = effects_csv(made_outcomes());
  EXPECT_EQ(std::ranges::count(text, '\n'), 1 + kSweepLayers * kSweepLayers * kSweepHeads);
  EXPECT_TRUE(text.starts_with("spec,layer,n_pairs,mean_clean,")) << text.substr(0, 80);
  EXPECT_NE(text.find("\nL5H1,5,"), std::string::npos);
  EXPECT_EQ(text.find("spec", 1), std::string::npos);  // one header
  EXPECT_EQ(std::ranges::count(effects_csv({}), '\n'), 1);
}

TEST(SameBits, CountsWhatDiffers) {
  const SweepOutcome one = outcome_of(sweep_result(0, {1, 0}));
  const BitComparison same = compare_bits(one, one);
  EXPECT_EQ(same.n_different, 0);
  EXPECT_GT(same.n_values, kSweepLayers * 20);
  SweepOutcome other = one;
  other.layers[3].mean_delta = std::nextafter(other.layers[3].mean_delta, 2);
  other.ripple.growth = std::nullopt;
  other.final_norm->significant = !other.final_norm->significant;
  other.layers[4].t = -0.0;  // equal in value to 0, in bits not
  SweepOutcome zero = one;
  zero.layers[4].t = 0.0;
  EXPECT_EQ(compare_bits(zero, other).n_different, 4);
  EXPECT_EQ(compare_bits(zero, other).n_values, same.n_values);
  other = one;
  other.layers.pop_back();
  EXPECT_GT(compare_bits(one, other).n_different, 0);
  EXPECT_EQ(compare_bits(one, other).n_values, same.n_values);
}

TEST(SameBits, ComparesTrajectories) {
  const TrajectoryResult made = made_trajectory();
  StoredTrajectory one{
      .embedding = made.embedding, .layers = made.layers, .final_norm = made.final_norm};
  StoredTrajectory other = one;
  BitComparison sum = compare_bits(one, other);
  EXPECT_EQ(sum.n_different, 0);
  other.final_norm.q75 += 1;
  other.layers.front().n_pairs += 1;
  sum += compare_bits(one, other);
  EXPECT_EQ(sum.n_different, 2);
  EXPECT_EQ(sum.n_values, 2 * 9 * static_cast<std::int64_t>(made.layers.size() + 2));
}

}  // namespace study_json_test
}  // namespace tacet::store
