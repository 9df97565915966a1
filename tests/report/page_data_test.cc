#include "report/page_data.h"

#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/page_tests.h"
#include "store/made_results.h"
#include "support/decoded_columns.h"
#include "tacet/error.h"

namespace tacet::report {
namespace page_data_test {

using testing::decoded;
using ::testing::ElementsAre;
using testing::floats;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// The made silencing (3 blocks, cut 1) as a page's prompt.
PagePrompt made_prompt(const std::string& text) {
  const store::ModelSummary model = testing::made_model();
  const SilenceResult result = testing::made_silence();
  PagePrompt prompt;
  prompt.run.id = 7;
  prompt.run.prompt = result.prompt;
  prompt.run.prompt.text = text;
  prompt.run.model_id = model.id;
  prompt.run.model_fingerprint = model.fingerprint;
  prompt.run.n_layer = model.n_layer;
  prompt.run.n_head = model.n_head;
  prompt.run.d_model = model.d_model;
  prompt.run.settings.positions = {1, 2};
  prompt.outcomes = {outcome_of(result)};
  return prompt;
}

store::Json made_page(std::vector<PagePrompt> prompts) {
  PageContent content;
  content.prompts = std::move(prompts);
  return store::Json::parse(page_data(content));
}

TEST(PageData, HoldsTheRowsFromTheCutOnAndTheFinalNorm) {
  const SweepOutcome outcome = outcome_of(testing::made_silence());
  const store::Json page = made_page({made_prompt("a")});
  EXPECT_EQ(page["schema"], "tacet.page/1");
  EXPECT_EQ(page["interventions"][0]["spec"], "L1H0+L1H3");
  EXPECT_EQ(page["interventions"][0]["cut_layer"], 1);
  const store::Json& prompt = page["prompts"][0];
  EXPECT_EQ(prompt["run"], 7);
  EXPECT_EQ(prompt["positions"], store::Json({1, 2}));
  EXPECT_EQ(prompt["present"], store::Json::array({0}));
  const store::Json& cells = prompt["cells"];
  EXPECT_THAT(floats(cells["mean_delta"]),
              ElementsAre(static_cast<float>(outcome.layers[1].mean_delta),
                          static_cast<float>(outcome.layers[2].mean_delta),
                          static_cast<float>(outcome.final_norm->mean_delta)));
  EXPECT_EQ(floats(cells["t"])[0], static_cast<float>(*outcome.layers[1].t));
  EXPECT_EQ(floats(cells["log10_p_adjusted"])[1],
            static_cast<float>(std::log10(*outcome.layers[2].p_adjusted)));
  EXPECT_EQ(floats(cells["ci_half"])[1],
            static_cast<float>((*outcome.layers[2].ci_high - *outcome.layers[2].ci_low) / 2));
  EXPECT_EQ(decoded(cells["code"].get<std::string>())[1],
            outcome.layers[2].effect == Effect::coupling ? 1 : 2);
  EXPECT_EQ(floats(prompt["summary"]["late"])[0], static_cast<float>(outcome.ripple.late_delta));
}

TEST(PageData, WhatDoesNotExistIsNaN) {
  PagePrompt prompt = made_prompt("a");
  prompt.outcomes[0].layers[2].t.reset();
  prompt.outcomes[0].ripple.onset.reset();
  const store::Json page = made_page({prompt});
  EXPECT_TRUE(std::isnan(floats(page["prompts"][0]["cells"]["t"])[1]));
  EXPECT_TRUE(std::isnan(floats(page["prompts"][0]["ripple"]["onset"])[0]));
}

TEST(PageData, SumsUpSeveralPrompts) {
  EXPECT_TRUE(made_page({made_prompt("a")})["overall"].is_null());
  const store::Json page = made_page({made_prompt("a"), made_prompt("b")});
  EXPECT_THAT(page["prompts"], SizeIs(2));
  EXPECT_THAT(floats(page["overall"]["late"]), SizeIs(1));
  EXPECT_THAT(floats(page["overall"]["n_significant"]), SizeIs(1));
}

// Where the prompts differ in their interventions, there is nothing to take means over.
TEST(PageData, SaysWhichInterventionsAPromptHas) {
  PagePrompt other = made_prompt("b");
  SweepOutcome head = other.outcomes[0];
  head.spec = "L0H2";
  head.heads = {{0, 2}};
  head.ripple.cut_layer = 0;
  other.outcomes.insert(other.outcomes.begin(), head);
  const store::Json page = made_page({made_prompt("a"), other});
  EXPECT_EQ(page["interventions"][0]["spec"], "L0H2");
  EXPECT_EQ(page["prompts"][0]["present"], store::Json({1}));
  EXPECT_EQ(page["prompts"][1]["present"], store::Json({0, 1}));
  EXPECT_TRUE(page["overall"].is_null());
}

/// The made prompt with the token-swap test beside the paired one: significant in the last block
/// alone, where the paired test may say what it likes.
PagePrompt made_prompt_by_two_tests(const std::string& text) {
  PagePrompt prompt = made_prompt(text);
  prompt.run.settings.tests_beside = {Test::token_swap};
  SweepOutcome& outcome = prompt.outcomes[0];
  const auto swap = [](double p, bool significant) {
    TestResult result;
    result.name = Test::token_swap;
    result.statistic = -2.5;
    result.p = p;
    result.p_adjusted = 2 * p;
    result.significant = significant;
    result.token_share = {1.5, -0.5, 0.25, -0.25};
    return result;
  };
  outcome.layers[1].tests = {swap(0.5, false)};
  outcome.layers[2].tests = {swap(0.0078125, true)};
  outcome.final_norm->tests = {swap(0.25, false)};
  outcome.final_norm->tests[0].p_adjusted.reset();
  return prompt;
}

TEST(PageData, HoldsWhatTheTestsBesideSay) {
  const store::Json page = made_page({made_prompt_by_two_tests("a")});
  EXPECT_EQ(page["test"]["name"], "paired");
  ASSERT_THAT(page["beside"], SizeIs(1));
  EXPECT_EQ(page["beside"][0]["test"]["name"], "token-swap");
  EXPECT_TRUE(page["beside"][0]["overall"].is_null());
  const store::Json& beside = page["prompts"][0]["beside"][0];
  EXPECT_THAT(floats(beside["cells"]["t"]), ElementsAre(-2.5F, -2.5F, -2.5F));
  EXPECT_THAT(floats(beside["cells"]["log10_p_adjusted"]),
              ElementsAre(0.0F, static_cast<float>(std::log10(0.015625)),
                          static_cast<float>(std::log10(0.25))));
  EXPECT_EQ(decoded(beside["cells"]["code"].get<std::string>())[0], 0);
  EXPECT_NE(decoded(beside["cells"]["code"].get<std::string>())[1], 0);
  EXPECT_TRUE(std::isnan(floats(beside["cells"]["ci_half"])[1]));
  EXPECT_EQ(floats(beside["ripple"]["onset"])[0], 2.0F);
  EXPECT_THAT(page["left_out"], IsEmpty());
}

TEST(PageData, ATestThatOnePromptLacksIsNotThere) {
  const store::Json page = made_page({made_prompt_by_two_tests("a"), made_prompt("b")});
  EXPECT_THAT(page["beside"], IsEmpty());
  EXPECT_THAT(page["prompts"][0]["beside"], IsEmpty());
}

TEST(PageData, HoldsTheTokensSharesRowByRow) {
  EXPECT_TRUE(made_page({made_prompt("a")})["prompts"][0]["token_share"].is_null());
  PagePrompt prompt = made_prompt_by_two_tests("a");
  prompt.outcomes[0].layers[1].tests[0].token_share.clear();
  const std::vector<float> shares = floats(made_page({prompt})["prompts"][0]["token_share"]);
  ASSERT_THAT(shares, SizeIs(12));
  EXPECT_TRUE(std::isnan(shares[0]));
  EXPECT_TRUE(std::isnan(shares[3]));
  EXPECT_EQ(shares[4], 1.5F);
  EXPECT_EQ(shares[11], -0.25F);
}

TEST(PageData, SaysWhichTestsHaveNoRoom) {
  PagePrompt prompt = made_prompt_by_two_tests("a");
  prompt.run.settings.tests_beside = {tacet::Test::token_swap, tacet::Test::dyadic};
  std::vector<std::string> left_out;
  const auto made = decided_beside({prompt}, kMostTestRows, /*full=*/true, left_out);
  ASSERT_THAT(made, SizeIs(1));
  EXPECT_EQ(made[0].test, tacet::Test::token_swap);
  ASSERT_THAT(left_out, SizeIs(1));
  EXPECT_THAT(left_out[0], HasSubstr("dyadic"));
  EXPECT_THAT(decided_beside({prompt}, kMostTestRows + 1, /*full=*/true, left_out), IsEmpty());
  EXPECT_THAT(left_out[1], HasSubstr("token-swap, dyadic"));
}

TEST(PageData, SaysWhoseSharesHaveNoRoom) {
  PagePrompt prompt = made_prompt_by_two_tests("a");
  prompt.outcomes[0].layers[2].tests[0].token_share.resize(kMostShareValues / 3 + 1, 0.0);
  const store::Json page = made_page({prompt, made_prompt_by_two_tests("b")});
  EXPECT_TRUE(page["prompts"][0]["token_share"].is_null());
  EXPECT_TRUE(page["prompts"][1]["token_share"].is_string());
  ASSERT_THAT(page["left_out"], SizeIs(1));
  EXPECT_THAT(page["left_out"][0].get<std::string>(), HasSubstr("1 of 2 prompts"));
}

TEST(PageData, HoldsTheSampleOfPrompts) {
  EXPECT_TRUE(made_page({made_prompt("a")})["across"].is_null());
  PagePrompt other = made_prompt_by_two_tests("b");
  other.outcomes[0].ripple.late_delta = 0.3;
  const store::Json page = made_page({made_prompt_by_two_tests("a"), other});
  EXPECT_EQ(page["across"]["n_units"], 2);
  EXPECT_FLOAT_EQ(floats(page["across"]["mean"])[0], 0.25F);
  // Two prompts 0.1 apart: t of one degree of freedom, 12.706, times 0.05.
  EXPECT_NEAR(floats(page["across"]["ci_high"])[0], 0.25 + 12.7062 * 0.05, 1e-4);
  EXPECT_NEAR(floats(page["across"]["weighted_mean"])[0], 0.25, 1e-6);
  EXPECT_THAT(floats(page["beside"][0]["overall"]["n_significant"]), ElementsAre(2.0F));
  // Four tokens: t of three degrees of freedom, 3.182, times the standard error 0.0625.
  EXPECT_NEAR(floats(page["prompts"][0]["summary"]["late_half"])[0], 3.18245 * 0.0625, 1e-5);
}

TEST(PageData, HoldsTheNoiseFloorWhereItIsKnown) {
  EXPECT_TRUE(made_page({made_prompt("a")})["prompts"][0]["cells"]["noise_floor"].is_null());
  PagePrompt prompt = made_prompt("a");
  prompt.outcomes[0].layers[2].noise_floor = 0.125;
  const store::Json page = made_page({prompt});
  EXPECT_EQ(floats(page["prompts"][0]["cells"]["noise_floor"])[1], 0.125F);
  EXPECT_EQ(floats(page["prompts"][0]["cells"]["cka"])[1], 0.875F);
  EXPECT_EQ(floats(page["prompts"][0]["cells"]["rank_correlation"])[1], -0.25F);
}

PromptPairs made_pairs(const PagePrompt& prompt, std::size_t size) {
  return {.spec = prompt.outcomes[0].spec,
          .matrices = {.clean = std::vector<float>(size, 0.5F),
                       .silenced = std::vector<float>(size, 0.25F)}};
}

TEST(PageData, HoldsTheMatricesOfPairs) {
  PagePrompt prompt = made_prompt("a");
  prompt.pairs = {made_pairs(prompt, 24)};
  const store::Json page = made_page({prompt});
  const store::Json& pairs = page["prompts"][0]["pairs"];
  EXPECT_EQ(floats(pairs["clean"]), std::vector<float>(24, 0.5F));
  EXPECT_EQ(pairs["silenced"][0]["intervention"], 0);
  EXPECT_EQ(floats(pairs["silenced"][0]["cosines"]), std::vector<float>(24, 0.25F));
  EXPECT_THAT(page["left_out"], IsEmpty());
}

TEST(PageData, SaysWhichMatricesHaveNoRoom) {
  PagePrompt prompt = made_prompt("a");
  prompt.pairs = {made_pairs(prompt, kMostPairValues)};
  const store::Json page = made_page({prompt});
  EXPECT_TRUE(page["prompts"][0]["pairs"].is_null());
  EXPECT_THAT(page["left_out"][0].get<std::string>(), HasSubstr("L1H0+L1H3"));
}

TEST(PageData, ALargePageHasFewerColumnsAndSaysSo) {
  PagePrompt prompt = made_prompt("a");
  const std::size_t n_outcomes = kMostFullRows / 3 + 1;
  prompt.outcomes.resize(n_outcomes, prompt.outcomes[0]);
  const store::Json page = made_page({prompt});
  EXPECT_TRUE(page["prompts"][0]["cells"]["perturbation"].is_null());
  EXPECT_THAT(floats(page["prompts"][0]["cells"]["mean_delta"]), SizeIs(3 * n_outcomes));
  EXPECT_THAT(page["left_out"][0].get<std::string>(), HasSubstr("perturbation"));
}

TEST(PageData, TextIsUtf8) {
  const store::Json page = made_page({made_prompt("half \xc3")});
  EXPECT_EQ(page["prompts"][0]["text"], "half \xef\xbf\xbd");
}

TEST(PageData, NeedsResults) {
  EXPECT_THROW(page_data(PageContent()), UsageError);
  PageContent content;
  content.prompts.emplace_back();
  EXPECT_THROW(page_data(content), UsageError);
}

}  // namespace page_data_test
}  // namespace tacet::report
