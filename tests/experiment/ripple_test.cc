// How the change travels, on rows made by hand.
#include "experiment/ripple.h"

#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tacet::experiment {
namespace ripple_test {

using ::testing::ElementsAre;

/// A row that is significant when `p` is 0, none at 1.
LayerEffect row(int layer, double mean_delta, bool significant, double perturbation = 0.1) {
  LayerEffect out;
  out.layer = layer;
  out.mean_delta = mean_delta;
  out.p = significant ? 0.0 : 1.0;
  out.p_adjusted = out.p;
  out.significant = significant;
  if (significant) out.effect = mean_delta < 0 ? Effect::decoupling : Effect::coupling;
  out.perturbation = perturbation;
  out.perturbation_absolute = 10 * perturbation;
  return out;
}

LayerEffect unchanged(int layer) {
  LayerEffect out;
  out.layer = layer;
  out.effect = Effect::unchanged;
  return out;
}

TEST(FamilySize, CountsBlocksReachableBlocksOrTheWholeSweep) {
  EXPECT_EQ(family_size(Family::blocks, 24, 16, 3), 24);
  EXPECT_EQ(family_size(Family::reachable, 24, 16, 3), 21);
  EXPECT_EQ(family_size(Family::reachable, 24, 16, 0), 24);
  EXPECT_EQ(family_size(Family::reachable, 24, 16, 23), 1);
  EXPECT_EQ(family_size(Family::sweep, 24, 16, 3), 4800);
  EXPECT_EQ(family_size(Family::sweep, 1, 1, 0), 1);
}

TEST(LateLayers, AreTheLastFifthRoundedUp) {
  EXPECT_THAT(late_layers(24), ElementsAre(19, 20, 21, 22, 23));
  EXPECT_THAT(late_layers(12), ElementsAre(9, 10, 11));
  EXPECT_THAT(late_layers(6), ElementsAre(4, 5));
  EXPECT_THAT(late_layers(5), ElementsAre(4));
  EXPECT_THAT(late_layers(1), ElementsAre(0));
}

TEST(Ripple, WithoutAnySignificantBlockHasNoOnset) {
  const std::vector<LayerEffect> rows = {unchanged(0), row(1, 0.5, false), row(2, -0.5, false)};
  const Ripple ripple = make_ripple(rows, 1);
  EXPECT_EQ(ripple.cut_layer, 1);
  EXPECT_EQ(ripple.onset, std::nullopt);
  EXPECT_EQ(ripple.persistence, std::nullopt);
  EXPECT_EQ(ripple.sign_changes, 0);
  EXPECT_EQ(ripple.immediate_delta, 0.5);
  EXPECT_EQ(ripple.late_delta, -0.5);
}

TEST(Ripple, OnsetIsTheFirstSignificantBlockFromTheCutOn) {
  const std::vector<LayerEffect> rows = {row(0, 1, true), row(1, 0.1, false), row(2, 0.2, true)};
  EXPECT_EQ(make_ripple(rows, 1).onset, 2);
  EXPECT_EQ(make_ripple(rows, 2).onset, 2);
  EXPECT_EQ(make_ripple(rows, 0).onset, 0);
}

TEST(Ripple, PersistenceCountsBlocksOfTheOnsetsSignAmongAllFromTheOnset) {
  const std::vector<LayerEffect> rows = {unchanged(0),       row(1, 0.1, false),
                                         row(2, -0.2, true), row(3, -0.1, false),
                                         row(4, -0.3, true), row(5, 0.4, true)};
  const Ripple ripple = make_ripple(rows, 1);
  EXPECT_EQ(ripple.onset, 2);
  EXPECT_EQ(ripple.persistence, 0.5);  // blocks 2 and 4 of 2 ... 5
  EXPECT_EQ(ripple.sign_changes, 1);
}

TEST(Ripple, SignChangesSkipBlocksThatAreNotSignificant) {
  const std::vector<LayerEffect> rows = {
      row(0, 0.1, true),  row(1, -0.1, false), row(2, 0.1, true), row(3, -0.1, true),
      row(4, 0.5, false), row(5, -0.1, true),  row(6, 0.1, true)};
  EXPECT_EQ(make_ripple(rows, 0).sign_changes, 2);
  EXPECT_EQ(make_ripple(rows, 3).sign_changes, 1);
}

TEST(Ripple, LateDeltaLeavesOutLateBlocksBelowTheCut) {
  std::vector<LayerEffect> rows;
  for (int layer = 0; layer < 10; ++layer) rows.push_back(row(layer, layer, false));
  EXPECT_EQ(make_ripple(rows, 0).late_delta, 8.5);
  EXPECT_EQ(make_ripple(rows, 8).late_delta, 8.5);
  EXPECT_EQ(make_ripple(rows, 9).late_delta, 9);
  EXPECT_EQ(make_ripple(rows, 9).immediate_delta, 9);
  EXPECT_THAT(make_ripple(rows, 9).late_layers, ElementsAre(8, 9));
}

TEST(Ripple, GrowthIsTheSlopeOfTheLogarithmFromTheCutOn) {
  std::vector<LayerEffect> rows = {row(0, 0, false, 77)};  // below the cut: not looked at
  for (int layer = 1; layer < 5; ++layer) {
    rows.push_back(row(layer, 0, false, 0.01 * std::exp(0.25 * layer)));
  }
  rows[2].perturbation_absolute *= 2;
  const Ripple ripple = make_ripple(rows, 1);
  EXPECT_NEAR(*ripple.growth, 0.25, 1e-12);
  // A bump of log 2 at x = 2 among 1 ... 4 tilts the line by log(2) * (2 - 2.5) / 5.
  EXPECT_NEAR(*ripple.growth_absolute, 0.25 - 0.1 * std::log(2.0), 1e-12);
}

TEST(Ripple, GrowthNeedsTwoBlocksAndNoZeroAmongThem) {
  std::vector<LayerEffect> rows = {row(0, 0, false, 0.1), row(1, 0, false, 0.2),
                                   row(2, 0, false, 0.4)};
  EXPECT_EQ(make_ripple(rows, 2).growth, std::nullopt);
  EXPECT_NEAR(*make_ripple(rows, 1).growth, std::log(2.0), 1e-12);
  rows[1].perturbation = 0;
  EXPECT_EQ(make_ripple(rows, 0).growth, std::nullopt);
  EXPECT_TRUE(make_ripple(rows, 0).growth_absolute.has_value());
}

TestSummary summary(Correction correction, Family family, std::int64_t size) {
  TestSummary test;
  test.correction = correction;
  test.family = family;
  test.family_size = size;
  return test;
}

std::vector<LayerEffect> with_p(const std::vector<double>& p) {
  std::vector<LayerEffect> rows = {unchanged(0)};
  for (std::size_t i = 0; i < p.size(); ++i) {
    rows.push_back(row(static_cast<int>(i) + 1, i % 2 == 0 ? -0.1 : 0.1, false));
    rows.back().p = p[i];
    rows.back().p_adjusted.reset();
  }
  return rows;
}

TEST(Judge, ComparesTheAdjustedPWithAlphaStrictly) {
  std::vector<LayerEffect> rows = with_p({0.0125, 0.0124, 0.9});
  judge(rows, summary(Correction::bonferroni, Family::blocks, 4), 1);
  EXPECT_EQ(rows[0].effect, Effect::unchanged);
  EXPECT_EQ(rows[0].p_adjusted, std::nullopt);
  EXPECT_EQ(rows[1].p_adjusted, 0.05);
  EXPECT_FALSE(rows[1].significant);
  EXPECT_EQ(rows[1].effect, Effect::none);
  EXPECT_TRUE(rows[2].significant);
  EXPECT_EQ(rows[2].effect, Effect::coupling);
  EXPECT_EQ(rows[3].p_adjusted, 1);
}

TEST(Judge, UnchangedBlocksCountAsOneInTheFamily) {
  // Holm: the smallest of p times m, the next times m - 1; m counts the unchanged block too.
  std::vector<LayerEffect> rows = with_p({0.01, 0.02});
  judge(rows, summary(Correction::holm, Family::blocks, 3), 1);
  EXPECT_DOUBLE_EQ(*rows[1].p_adjusted, 0.03);
  EXPECT_DOUBLE_EQ(*rows[2].p_adjusted, 0.04);
  judge(rows, summary(Correction::holm, Family::reachable, 2), 1);
  EXPECT_DOUBLE_EQ(*rows[1].p_adjusted, 0.02);
  EXPECT_DOUBLE_EQ(*rows[2].p_adjusted, 0.02);
  judge(rows, summary(Correction::bh, Family::blocks, 3), 1);
  EXPECT_DOUBLE_EQ(*rows[1].p_adjusted, 0.03);
  EXPECT_DOUBLE_EQ(*rows[2].p_adjusted, 0.03);
  judge(rows, summary(Correction::bh, Family::sweep, 30), 1);
  EXPECT_DOUBLE_EQ(*rows[1].p_adjusted, 0.3);
  judge(rows, summary(Correction::none, Family::sweep, 30), 1);
  EXPECT_EQ(*rows[1].p_adjusted, 0.01);
  EXPECT_EQ(rows[1].effect, Effect::decoupling);
}

TEST(JudgeAlone, ComparesPItself) {
  LayerEffect final_norm = row(6, -0.1, false);
  final_norm.p_adjusted.reset();
  final_norm.p = 0.04;
  judge_alone(final_norm, 0.05);
  EXPECT_TRUE(final_norm.significant);
  EXPECT_EQ(final_norm.effect, Effect::decoupling);
  EXPECT_EQ(final_norm.p_adjusted, std::nullopt);
  judge_alone(final_norm, 0.04);
  EXPECT_FALSE(final_norm.significant);
  EXPECT_EQ(final_norm.effect, Effect::none);
  LayerEffect same = unchanged(6);
  judge_alone(same, 0.05);
  EXPECT_EQ(same.effect, Effect::unchanged);
}

}  // namespace ripple_test
}  // namespace tacet::experiment
