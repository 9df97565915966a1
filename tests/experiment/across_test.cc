// Sweeps across prompts: that the right numbers reach the tests of tacet/prompt_tests.h.
#include "tacet/across.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tacet/error.h"

namespace tacet {
namespace across_test {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::ThrowsMessage;

constexpr int kLayers = 4;

/// Effects of the heads L0H0, L1H0, L2H0 … on `n` prompts; head `strong` moves all in one way.
std::vector<std::vector<PromptEffect>> made_prompts(std::size_t n, int n_heads, int strong) {
  std::mt19937_64 random(17);
  std::normal_distribution<double> noise;
  std::vector<std::vector<PromptEffect>> prompts(n);
  for (auto& prompt : prompts) {
    for (int h = 0; h < n_heads; ++h) {
      PromptEffect effect;
      effect.heads = {{h % kLayers, h / kLayers}};
      effect.spec = to_string(effect.heads.front());
      effect.cut_layer = h % kLayers;
      for (int layer = 0; layer < kLayers; ++layer) {
        effect.mean_deltas.push_back(
            layer < effect.cut_layer ? 0 : 0.01 * noise(random) + (h == strong ? -0.1 : 0));
      }
      effect.late_delta = effect.mean_deltas.back();
      effect.late_se = 0.004 * (1 + std::abs(noise(random)));
      prompt.push_back(effect);
    }
  }
  return prompts;
}

std::vector<std::string> no_groups(std::size_t n) {
  return std::vector<std::string>(n);
}

TEST(Across, GivesEveryTestItsNumbers) {
  const auto prompts = made_prompts(7, 3, 1);
  const AcrossResult result = across(prompts, no_groups(7), {.alpha = 0.1, .resampling = {}});
  EXPECT_EQ(result.n_prompts, 7U);
  EXPECT_EQ(result.n_units, 7U);
  EXPECT_EQ(result.family_size, 4U + 3U + 2U + 3U);
  EXPECT_TRUE(result.enumerated);
  EXPECT_EQ(result.n_patterns, 64);
  ASSERT_THAT(result.heads, SizeIs(3));
  const AcrossHead& head = result.heads[1];
  EXPECT_EQ(head.spec, "L1H0");
  EXPECT_EQ(head.cut_layer, 1);
  std::vector<double> late;
  std::vector<double> variances;
  std::vector<double> second;
  for (const auto& prompt : prompts) {
    late.push_back(prompt[1].late_delta);
    variances.push_back(*prompt[1].late_se * *prompt[1].late_se);
    second.push_back(prompt[1].mean_deltas[2]);
  }
  EXPECT_EQ(head.late.ci_low, mean_t_test(late, 0.1).ci_low);
  EXPECT_EQ(head.random_effects.pi_high, random_effects(late, variances, 0.1).pi_high);
  EXPECT_EQ(head.signs.n_agree, 7U);
  EXPECT_EQ(head.signs.p, 0x1p-6);
  EXPECT_EQ(head.p_flip, 0x1p-6);
  EXPECT_EQ(head.p_max_t, 0x1p-6);
  EXPECT_GE(*head.p_holm, *head.p_bh);
  EXPECT_EQ(*head.p_holm, *head.late.p * 3);
  ASSERT_THAT(head.blocks, SizeIs(3));
  EXPECT_EQ(head.blocks[1].layer, 2);
  EXPECT_EQ(head.blocks[1].t, mean_t_test(second, 0.1).t);
  EXPECT_EQ(head.blocks[1].p, mean_t_test(second, 0.1).p);
  EXPECT_EQ(head.blocks[1].p_max_t, 0x1p-6);
}

TEST(Across, PromptsOfOneGroupCountOnce) {
  auto prompts = made_prompts(5, 2, 0);
  prompts.reserve(10);
  const AcrossResult once = across(prompts, no_groups(5), {});
  // Every prompt a second time, as a group with its first.
  for (std::size_t k = 0; k < 5; ++k) prompts.emplace_back(prompts[k]);
  const std::vector<std::string> groups = {"a", "b", "c", "d", "e", "a", "b", "c", "d", "e"};
  const AcrossResult twice = across(prompts, groups, {});
  EXPECT_EQ(twice.n_prompts, 10U);
  EXPECT_EQ(twice.n_units, 5U);
  EXPECT_EQ(twice.n_patterns, once.n_patterns);
  for (std::size_t h = 0; h < 2; ++h) {
    EXPECT_EQ(twice.heads[h].late.t, once.heads[h].late.t);
    EXPECT_EQ(twice.heads[h].p_max_t, once.heads[h].p_max_t);
    EXPECT_EQ(twice.heads[h].signs.n_agree, once.heads[h].signs.n_agree);
    EXPECT_EQ(twice.heads[h].random_effects.k, 5U);
  }
  // All in one group: one unit, a mean and no test.
  const AcrossResult single = across(prompts, std::vector<std::string>(10, "a"), {});
  EXPECT_EQ(single.n_units, 1U);
  EXPECT_EQ(single.n_patterns, 0);
  EXPECT_FALSE(single.heads[0].late.p || single.heads[0].p_max_t || single.heads[0].p_bh);
}

TEST(Across, NullMeansNull) {
  auto prompts = made_prompts(4, 2, 0);
  for (auto& prompt : prompts) {
    prompt[1].late_delta = 0;
    prompt[1].late_se = std::nullopt;
    std::ranges::fill(prompt[1].mean_deltas, 0.0);
  }
  const AcrossHead head = across(prompts, no_groups(4), {}).heads[1];
  EXPECT_EQ(head.late.mean, 0);
  EXPECT_FALSE(head.late.t || head.late.p || head.p_flip || head.p_max_t || head.p_holm);
  EXPECT_FALSE(head.random_effects.mean.has_value());
  EXPECT_THAT(head.random_effects.note, HasSubstr("4 of 4 prompts have no standard error"));
  for (const AcrossBlock& block : head.blocks) {
    EXPECT_EQ(block.mean, 0);
    EXPECT_FALSE(block.t || block.p || block.p_max_t);
  }
}

TEST(Across, RefusesPromptsThatAreNotAlike) {
  auto prompts = made_prompts(3, 2, 0);
  const std::span one(prompts.data(), 1);
  EXPECT_THROW(across(one, no_groups(1), {}), UsageError);
  EXPECT_THROW(across(prompts, no_groups(2), {}), UsageError);
  prompts[2].pop_back();
  EXPECT_THAT([&] { across(prompts, no_groups(3), {}); },
              ThrowsMessage<UsageError>(HasSubstr("differ")));
}

TEST(Across, TakesOutcomes) {
  std::vector<std::vector<SweepOutcome>> prompts(2);
  for (std::size_t k = 0; k < 2; ++k) {
    SweepOutcome outcome;
    outcome.spec = "L1H0";
    outcome.heads = {{1, 0}};
    outcome.ripple.cut_layer = 1;
    outcome.ripple.late_delta = k == 0 ? 0.5 : 0.25;
    outcome.ripple.late_se = 0.125;
    outcome.layers.resize(2);
    outcome.layers[1].mean_delta = outcome.ripple.late_delta;
    prompts[k].push_back(outcome);
  }
  const AcrossHead head = across(prompts, no_groups(2), {}).heads.at(0);
  EXPECT_EQ(head.late.mean, 0.375);
  EXPECT_EQ(head.blocks.at(0).mean, 0.375);
  EXPECT_EQ(head.random_effects.k, 2U);
}

TEST(HoldOut, ChoosesOnOneHalfAndTestsOnTheOther) {
  const auto prompts = made_prompts(9, 8, 6);
  const HoldoutResult result = hold_out(prompts, no_groups(9), 2, {});
  EXPECT_THAT(result.choosing, SizeIs(5));
  EXPECT_THAT(result.testing, SizeIs(4));
  std::vector<std::size_t> all = result.choosing;
  all.insert(all.end(), result.testing.begin(), result.testing.end());
  std::ranges::sort(all);
  EXPECT_THAT(all, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8));
  ASSERT_THAT(result.tested.heads, SizeIs(2));
  EXPECT_EQ(result.tested.heads[0].spec, prompts[0][6].spec);
  ASSERT_THAT(result.chosen_t, SizeIs(2));
  EXPECT_GE(std::abs(*result.chosen_t[0]), std::abs(*result.chosen_t[1]));
  EXPECT_EQ(result.tested.n_prompts, 4U);
  std::vector<double> late;
  for (const std::size_t k : result.testing) late.push_back(prompts[k][6].late_delta);
  EXPECT_EQ(result.tested.heads[0].late.t, mean_t_test(late, 0.05).t);
  // Another seed splits in another way; the same one in the same.
  const AcrossOptions other{.alpha = 0.05, .resampling = {.seed = 2}};
  EXPECT_NE(hold_out(prompts, no_groups(9), 2, other).testing, result.testing);
  EXPECT_EQ(hold_out(prompts, no_groups(9), 2, {}).testing, result.testing);
}

TEST(HoldOut, KeepsGroupsWhole) {
  const auto prompts = made_prompts(12, 3, 0);
  std::vector<std::string> groups;
  for (int k = 0; k < 12; ++k) groups.push_back("g" + std::to_string(k % 4));
  for (std::uint64_t seed = 1; seed < 6; ++seed) {
    const HoldoutResult result =
        hold_out(prompts, groups, 1, {.alpha = 0.05, .resampling = {.seed = seed}});
    EXPECT_EQ(result.n_units_choosing, 2U);
    for (const std::size_t a : result.choosing) {
      for (const std::size_t b : result.testing) EXPECT_NE(groups[a], groups[b]);
    }
  }
}

TEST(HoldOut, NeedsTwoGroupsInEachHalf) {
  const auto prompts = made_prompts(3, 2, 0);
  EXPECT_THAT([&] { hold_out(prompts, no_groups(3), 1, {}); },
              ThrowsMessage<UsageError>(HasSubstr("at least 4")));
  EXPECT_THROW(hold_out(made_prompts(4, 2, 0), no_groups(4), 0, {}), UsageError);
}

}  // namespace across_test
}  // namespace tacet
