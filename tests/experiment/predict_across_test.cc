// Predictions across prompts: that the right numbers reach the tests of tacet/prompt_tests.h.
#include "tacet/predict_across.h"

#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tacet/error.h"
#include "tacet/stats.h"

namespace tacet {
namespace predict_across_test {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

/// Some number; the same for the same seed.
double some(double seed) {
  return std::sin(seed * 12.9898);
}

/// `n` prompts with three interventions, whose changes differ from prompt to prompt.
std::vector<PredictResult> made_prompts(std::size_t n) {
  std::vector<PredictResult> prompts(n);
  for (std::size_t k = 0; k < n; ++k) {
    const double seed = 10.0 * static_cast<double>(k);
    prompts[k].clean.target.log_prob = some(seed);
    prompts[k].clean.contrast = TokenScore{};
    prompts[k].clean.logit_diff = 3 + some(seed + 1);
    for (int head = 0; head < 3; ++head) {
      SilencedPrediction one;
      one.intervention.heads = {{1, head}};
      one.prediction.target.log_prob = some(seed) - 0.1 * head + 0.01 * some(seed + 2 + head);
      one.prediction.contrast = TokenScore{};
      one.prediction.logit_diff = *prompts[k].clean.logit_diff + head * some(seed + 5 + head);
      one.kl = std::abs(some(seed + 8 + head));
      one.top1_changed = head == 1 && k % 2 == 0;
      prompts[k].interventions.push_back(one);
    }
  }
  return prompts;
}

void expect_same(const MeanTest& a, const MeanTest& b) {
  EXPECT_EQ(a.n, b.n);
  EXPECT_EQ(a.mean, b.mean);
  EXPECT_EQ(a.sd, b.sd);
  EXPECT_EQ(a.t, b.t);
  EXPECT_EQ(a.p, b.p);
  EXPECT_EQ(a.ci_low, b.ci_low);
}

TEST(PredictAcross, TestsTheChangesOfThePrompts) {
  const std::vector<PredictResult> prompts = made_prompts(5);
  const PredictAcrossResult result = predict_across(prompts, std::vector<std::string>(5), 0.01);
  EXPECT_EQ(result.alpha, 0.01);
  EXPECT_EQ(result.n_prompts, 5U);
  EXPECT_EQ(result.n_units, 5U);
  ASSERT_EQ(result.rows.size(), 3U);
  std::vector<std::optional<double>> p;
  for (std::size_t i = 0; i < 3; ++i) {
    std::vector<double> log_prob;
    std::vector<double> logit_diff;
    std::vector<double> kl;
    for (const PredictResult& one : prompts) {
      const SilencedPrediction& silenced = one.interventions[i];
      log_prob.push_back(silenced.prediction.target.log_prob - one.clean.target.log_prob);
      logit_diff.push_back(*silenced.prediction.logit_diff - *one.clean.logit_diff);
      kl.push_back(silenced.kl);
    }
    const PredictAcrossRow& row = result.rows[i];
    EXPECT_EQ(row.spec, spec_of(prompts.front().interventions[i].intervention));
    EXPECT_EQ(row.mode, "zero");
    expect_same(row.log_prob.test, mean_t_test(log_prob, 0.01));
    expect_same(row.logit_diff->test, mean_t_test(logit_diff, 0.01));
    EXPECT_EQ(row.kl_n, 5U);
    EXPECT_EQ(row.kl_mean, mean_t_test(kl, 0.01).mean);
    EXPECT_EQ(row.kl_sd, mean_t_test(kl, 0.01).sd);
    p.push_back(row.log_prob.test.p);
  }
  const auto adjusted = adjust_p_values(p, Correction::bh, 3);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(result.rows[i].log_prob.p_bh, adjusted[i]);
  // The logit difference does not move in any prompt: there is nothing to test.
  EXPECT_EQ(result.rows[0].logit_diff->test.mean, 0);
  EXPECT_FALSE(result.rows[0].logit_diff->test.p.has_value());
  EXPECT_EQ(result.rows[0].top1_changed, 0);
  EXPECT_DOUBLE_EQ(result.rows[1].top1_changed, 0.6);
}

TEST(PredictAcross, CountsAGroupOnce) {
  const std::vector<PredictResult> prompts = made_prompts(4);
  const PredictAcrossResult result =
      predict_across(prompts, std::vector<std::string>{"a", "", "a", "a"});
  EXPECT_EQ(result.n_units, 2U);
  const auto change = [&](std::size_t k) {
    return prompts[k].interventions[2].prediction.target.log_prob -
           prompts[k].clean.target.log_prob;
  };
  const MeanTest& test = result.rows[2].log_prob.test;
  EXPECT_EQ(test.n, 2U);
  EXPECT_DOUBLE_EQ(test.mean, ((change(0) + change(2) + change(3)) / 3 + change(1)) / 2);
  EXPECT_DOUBLE_EQ(result.rows[1].top1_changed, 0.5);  // of the prompts
}

TEST(PredictAcross, LeavesOutPromptsWithoutContrast) {
  std::vector<PredictResult> prompts = made_prompts(4);
  const auto forget = [](PredictResult& prompt) {
    prompt.clean.logit_diff.reset();
    for (SilencedPrediction& one : prompt.interventions) one.prediction.logit_diff.reset();
  };
  forget(prompts[1]);
  const std::vector<std::string> groups(4);
  EXPECT_EQ(predict_across(prompts, groups).rows[1].logit_diff->test.n, 3U);
  EXPECT_EQ(predict_across(prompts, groups).rows[1].log_prob.test.n, 4U);
  for (PredictResult& prompt : prompts) forget(prompt);
  EXPECT_FALSE(predict_across(prompts, groups).rows[1].logit_diff.has_value());
}

TEST(PredictAcross, OnePromptHasMeansAlone) {
  const PredictAcrossResult result = predict_across(made_prompts(1), std::vector<std::string>(1));
  EXPECT_EQ(result.rows[2].log_prob.test.n, 1U);
  EXPECT_FALSE(result.rows[2].log_prob.test.sd.has_value());
  EXPECT_FALSE(result.rows[2].log_prob.test.p.has_value());
  EXPECT_FALSE(result.rows[2].log_prob.p_bh.has_value());
  EXPECT_FALSE(result.rows[2].kl_sd.has_value());
}

TEST(PredictAcross, RefusesWhatDoesNotFitTogether) {
  std::vector<PredictResult> prompts = made_prompts(2);
  const std::vector<std::string> two(2);
  EXPECT_THAT([&] { predict_across({}, {}); }, ThrowsMessage<UsageError>(HasSubstr("one prompt")));
  EXPECT_THAT([&] { predict_across(prompts, std::vector<std::string>(3)); },
              ThrowsMessage<UsageError>(HasSubstr("3 groups for 2 prompts")));
  EXPECT_THROW(predict_across(prompts, two, 1.0), UsageError);
  prompts[1].interventions[2].intervention.mode = parse_slice_mode("negate");
  EXPECT_THAT([&] { predict_across(prompts, two); },
              ThrowsMessage<UsageError>(HasSubstr("differ in interventions")));
  prompts = made_prompts(2);
  prompts[1].interventions.pop_back();
  EXPECT_THROW(predict_across(prompts, two), UsageError);
  prompts = made_prompts(2);
  prompts[1].interventions[0].intervention.heads = {{2, 0}};
  EXPECT_THROW(predict_across(prompts, two), UsageError);
}

}  // namespace predict_across_test
}  // namespace tacet
