// Pairs that a sweep followed: the tests over the blocks of a prompt and over prompts.
#include "tacet/followed.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tacet/error.h"

namespace tacet {
namespace followed_test {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::ThrowsMessage;

constexpr double kAlpha = 0.05;

/// An outcome of a model of as many blocks as there are clean cosines; the last two are late.
SweepOutcome made_outcome(Head head, const std::vector<double>& clean,
                          const std::vector<double>& silenced,
                          const std::string& name = "pineapple,pizza") {
  SweepOutcome outcome;
  outcome.spec = to_string(head);
  outcome.heads = {head};
  outcome.ripple.cut_layer = head.layer;
  const int n_layer = static_cast<int>(clean.size());
  outcome.ripple.late_layers = {n_layer - 2, n_layer - 1};
  outcome.layers.resize(clean.size());
  FollowedPair pair{
      .pair = {.name = name, .first = 1, .second = 4}, .layers = {}, .final_norm = {}};
  for (std::size_t i = 0; i < clean.size(); ++i) {
    pair.layers.push_back({.layer = static_cast<int>(i),
                           .clean = clean[i],
                           .silenced = silenced[i],
                           .delta = silenced[i] - clean[i],
                           .direct_delta = 0});
  }
  outcome.followed = {pair};
  return outcome;
}

/// The same with these changes of a pair whose clean cosines are 0.
SweepOutcome changed(Head head, const std::vector<double>& deltas) {
  return made_outcome(head, std::vector<double>(deltas.size(), 0.0), deltas);
}

FollowedHead one_head(const SweepOutcome& outcome) {
  return followed_heads({&outcome, 1}, kAlpha).front().heads.front();
}

const std::vector<double> kClean = {0.5, 0.52, 0.47, 0.44, 0.40, 0.31};
const std::vector<double> kSilenced = {0.5, 0.525, 0.462, 0.458, 0.411, 0.335};

TEST(FollowedHeads, TestsTheBlocksAtAndAboveTheCut) {
  const FollowedHead head = one_head(made_outcome({1, 3}, kClean, kSilenced));
  EXPECT_EQ(head.spec, "L1H3");
  EXPECT_EQ(head.cut_layer, 1);
  EXPECT_NEAR(head.late_delta, (0.011 + 0.025) / 2, 1e-15);
  // scipy.stats.ttest_rel(silenced[1:], clean[1:])
  EXPECT_EQ(head.blocks.n, 5U);
  EXPECT_NEAR(head.blocks.mean, 0.0102, 1e-15);
  EXPECT_NEAR(*head.blocks.t, 1.804815100058073, 1e-9);
  EXPECT_EQ(head.blocks.df, 4.0);
  EXPECT_NEAR(*head.blocks.p, 0.1454214774029032, 1e-9);
  // and what the paired test of the pairs makes of the same numbers
  const auto same =
      paired_t_test(std::span(kClean).subspan(1), std::span(kSilenced).subspan(1), kAlpha);
  EXPECT_NEAR(*head.blocks.t, same->t, 1e-13);
  EXPECT_NEAR(*head.blocks.p, same->p, 1e-14);
}

TEST(FollowedHeads, LateBlocksBelowTheCutDoNotCount) {
  const FollowedHead head = one_head(changed({5, 0}, {0, 0, 0, 0, 0, -0.25}));
  EXPECT_EQ(head.late_delta, -0.25);
  EXPECT_EQ(head.blocks.mean, -0.25);
}

TEST(FollowedHeads, TooFewBlocksHaveNoTest) {
  for (const int cut : {4, 5}) {
    const FollowedHead head = one_head(changed({cut, 0}, {0, 0, 0, 0, 0.1, 0.3}));
    EXPECT_EQ(head.blocks.n, static_cast<std::size_t>(6 - cut));
    EXPECT_NEAR(head.blocks.mean, cut == 4 ? 0.2 : 0.3, 1e-16);
    EXPECT_FALSE(head.blocks.sd || head.blocks.t || head.blocks.df || head.blocks.p);
    EXPECT_FALSE(head.p_bonferroni || head.p_bh);
  }
  EXPECT_TRUE(one_head(changed({3, 0}, {0, 0, 0, 0.2, 0.1, 0.3})).blocks.p);
}

TEST(FollowedHeads, WhatDoesNotChangeHasNoTest) {
  const FollowedHead head = one_head(made_outcome({1, 0}, kClean, kClean));
  EXPECT_EQ(head.late_delta, 0);
  EXPECT_EQ(head.blocks.mean, 0);
  EXPECT_EQ(head.blocks.sd, 0.0);
  EXPECT_FALSE(head.blocks.t || head.blocks.p || head.p_bonferroni || head.p_bh);
}

TEST(FollowedHeads, EqualChangesAreInfinitelySure) {
  const FollowedHead head = one_head(changed({2, 0}, {0, 0, -0.1, -0.1, -0.1, -0.1}));
  EXPECT_EQ(head.blocks.mean, -0.1);
  EXPECT_EQ(head.blocks.t, -std::numeric_limits<double>::infinity());
  EXPECT_EQ(head.blocks.p, 0.0);
  EXPECT_EQ(head.p_bonferroni, 0.0);
}

TEST(FollowedHeads, TheFamilyIsAllInterventions) {
  std::vector<SweepOutcome> outcomes = {changed({1, 0}, {0, 0.1, 0.2, 0.15, 0.12, 0.11}),
                                        changed({1, 1}, {0, 0.1, -0.2, 0.3, 0.1, 0.05}),
                                        changed({4, 0}, {0, 0, 0, 0, 0.1, 0.2}),
                                        changed({1, 2}, {0, 0.3, 0.4, 0.31, 0.33, 0.36})};
  const std::vector<FollowedSweep> found = followed_heads(outcomes, kAlpha);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].pair, (WordPair{.name = "pineapple,pizza", .first = 1, .second = 4}));
  EXPECT_EQ(found[0].family_size, 4U);
  const std::vector<FollowedHead>& heads = found[0].heads;
  const double strong = *heads[3].blocks.p;
  const double middle = *heads[0].blocks.p;
  const double weak = *heads[1].blocks.p;
  ASSERT_LT(strong, middle);
  ASSERT_LT(middle, weak);
  EXPECT_DOUBLE_EQ(*heads[3].p_bonferroni, 4 * strong);
  EXPECT_DOUBLE_EQ(*heads[0].p_bonferroni, 4 * middle);
  EXPECT_EQ(heads[1].p_bonferroni, 1.0);
  // The one without a test is the fourth of the family, with p = 1.
  EXPECT_DOUBLE_EQ(*heads[3].p_bh, 4 * strong);
  EXPECT_DOUBLE_EQ(*heads[0].p_bh, 4 * middle / 2);
  EXPECT_DOUBLE_EQ(*heads[1].p_bh, std::min(1.0, 4 * weak / 3));
  EXPECT_FALSE(heads[2].p_bonferroni || heads[2].p_bh);
  EXPECT_THAT(strongest(heads, 2), ElementsAre(3, 2));
  EXPECT_THAT(strongest(heads, 9), SizeIs(4));
}

TEST(FollowedHeads, EachPairIsAFamilyOfItsOwn) {
  SweepOutcome outcome = made_outcome({1, 0}, kClean, kSilenced);
  outcome.followed.push_back(changed({1, 0}, {0, 1, 1, 1, 1, 2}).followed.front());
  outcome.followed.back().pair.first = 0;
  const std::vector<SweepOutcome> outcomes = {outcome};
  const std::vector<FollowedSweep> found = followed_heads(outcomes, kAlpha);
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[1].pair.first, 0);
  EXPECT_EQ(found[1].family_size, 1U);
  EXPECT_EQ(found[1].heads[0].late_delta, 1.5);
  EXPECT_THAT(followed_heads({}, kAlpha), SizeIs(0));
}

TEST(FollowedHeads, OutcomesMustBelongTogether) {
  std::vector<SweepOutcome> outcomes = {made_outcome({1, 0}, kClean, kSilenced),
                                        made_outcome({1, 1}, kClean, kSilenced, "butter,pizza")};
  const auto says = [](const char* text) { return ThrowsMessage<UsageError>(HasSubstr(text)); };
  EXPECT_THAT([&] { followed_heads(outcomes, kAlpha); }, says("L1H1 does not follow the pairs"));
  outcomes[1] = made_outcome({1, 1}, kClean, kSilenced);
  EXPECT_NO_THROW(followed_heads(outcomes, kAlpha));
  outcomes[1].followed[0].layers.pop_back();
  EXPECT_THAT([&] { followed_heads(outcomes, kAlpha); }, says("L1H1"));
  outcomes[1].followed.clear();
  EXPECT_THAT([&] { followed_heads(outcomes, kAlpha); }, says("L1H1"));
  outcomes.pop_back();
  EXPECT_THAT([&] { followed_heads(outcomes, 1.5); }, says("alpha"));
  outcomes[0].ripple.cut_layer = 6;
  EXPECT_THAT([&] { followed_heads(outcomes, kAlpha); }, says("L1H0"));
}

/// A prompt in which the pair's heads L1H0 and L1H1 have these late deltas.
std::vector<FollowedSweep> made_prompt(double first, double second) {
  const std::vector<SweepOutcome> outcomes = {changed({1, 0}, {0, 0, 0, 0, first, first}),
                                              changed({1, 1}, {0, 0, 0, 0, second, second})};
  return followed_heads(outcomes, kAlpha);
}

const std::vector<double> kFirst = {0.1, 0.3, 0.2, 0.25, 0.05};
const std::vector<double> kSecond = {-0.2, 0.1, 0.0, 0.3, -0.1};

std::vector<std::vector<FollowedSweep>> made_prompts() {
  std::vector<std::vector<FollowedSweep>> prompts;
  for (std::size_t i = 0; i < kFirst.size(); ++i) {
    prompts.push_back(made_prompt(kFirst[i], kSecond[i]));
  }
  return prompts;
}

TEST(FollowedAcross, APromptIsOneObservation) {
  const auto found = followed_across(made_prompts(), std::vector<std::string>(5), kAlpha);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].pair, "pineapple,pizza");
  EXPECT_EQ(found[0].n_prompts, 5U);
  EXPECT_EQ(found[0].n_units, 5U);
  EXPECT_EQ(found[0].family_size, 2U);
  ASSERT_THAT(found[0].heads, SizeIs(2));
  const MeanTest first = mean_t_test(kFirst, kAlpha);
  EXPECT_EQ(found[0].heads[0].spec, "L1H0");
  EXPECT_EQ(found[0].heads[0].late.t, first.t);
  EXPECT_EQ(found[0].heads[0].late.ci_low, first.ci_low);
  EXPECT_EQ(found[0].heads[0].signs.n_agree, 5U);
  EXPECT_EQ(found[0].heads[1].late.p, mean_t_test(kSecond, kAlpha).p);
  EXPECT_EQ(found[0].heads[0].p_bonferroni, 2 * *first.p);
  EXPECT_EQ(found[0].heads[0].p_bh, 2 * *first.p);
  EXPECT_EQ(found[0].heads[1].p_bh, found[0].heads[1].late.p);
  EXPECT_THAT(strongest(found[0].heads, 1), ElementsAre(0));
}

TEST(FollowedAcross, GroupsCountOnce) {
  const std::vector<std::string> groups = {"a", "", "a", "", "a"};
  const auto found = followed_across(made_prompts(), groups, kAlpha);
  EXPECT_EQ(found[0].n_prompts, 5U);
  EXPECT_EQ(found[0].n_units, 3U);
  const std::vector<double> units = {(0.1 + 0.2 + 0.05) / 3, 0.3, 0.25};
  EXPECT_NEAR(*found[0].heads[0].late.t, *mean_t_test(units, kAlpha).t, 1e-12);
  const auto one = followed_across(made_prompts(), std::vector<std::string>(5, "a"), kAlpha);
  EXPECT_EQ(one[0].n_units, 1U);
  EXPECT_FALSE(one[0].heads[0].late.t || one[0].heads[0].p_bh);
}

TEST(FollowedAcross, PlacesOfAWordAreAveragedWithinAPrompt) {
  auto prompts = made_prompts();
  FollowedSweep place = prompts[1][0];
  place.pair.second = 9;
  place.heads[0].late_delta = 0.5;
  prompts[1].push_back(place);
  const auto found = followed_across(prompts, std::vector<std::string>(5), kAlpha);
  ASSERT_THAT(found, SizeIs(1));
  const std::vector<double> values = {0.1, 0.4, 0.2, 0.25, 0.05};
  EXPECT_NEAR(*found[0].heads[0].late.t, *mean_t_test(values, kAlpha).t, 1e-12);
}

TEST(FollowedAcross, PromptsMustBeAlike) {
  const auto says = [](const char* text) { return ThrowsMessage<UsageError>(HasSubstr(text)); };
  auto prompts = made_prompts();
  EXPECT_THAT([&] { followed_across(prompts, std::vector<std::string>(4), kAlpha); },
              says("give one for each"));
  EXPECT_THAT(
      [&] { followed_across(std::span(prompts).first(1), std::vector<std::string>(1), kAlpha); },
      says("needs at least 2"));
  prompts[2][0].pair.name = "butter,pizza";
  EXPECT_THAT([&] { followed_across(prompts, std::vector<std::string>(5), kAlpha); },
              says("the prompts differ"));
  prompts[2].clear();
  EXPECT_THAT([&] { followed_across(prompts, std::vector<std::string>(5), kAlpha); },
              says("the prompts differ"));
  prompts = made_prompts();
  prompts[3][0].heads.pop_back();
  EXPECT_THAT([&] { followed_across(prompts, std::vector<std::string>(5), kAlpha); },
              says("the prompts differ"));
  prompts.assign(3, {});
  EXPECT_THAT(followed_across(prompts, std::vector<std::string>(3), kAlpha), SizeIs(0));
}

}  // namespace followed_test
}  // namespace tacet
