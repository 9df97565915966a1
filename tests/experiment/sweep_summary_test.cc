// The summary of a sweep against numbers worked out by hand.
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tacet/error.h"
#include "tacet/sweep.h"

namespace tacet {
namespace sweep_summary_test {

using ::testing::ElementsAre;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr int kLayers = 5;  // one late block, the last

/// One block's row: its mean delta and p; without a p it is unchanged.
struct Cell {
  double delta = 0;
  std::optional<double> p = std::nullopt;
};

/// An outcome of `heads` whose rows from the cut on are `cells`; those below are unchanged.
SweepOutcome outcome(std::vector<Head> heads, const std::vector<Cell>& cells) {
  SweepOutcome made;
  made.heads = std::move(heads);
  made.spec = spec_of({made.heads, {}, {}});
  made.ripple.cut_layer = made.heads.front().layer;
  made.ripple.late_layers = {kLayers - 1};
  for (int layer = 0; layer < kLayers; ++layer) {
    LayerEffect row;
    row.layer = layer;
    row.effect = Effect::unchanged;
    const int index = layer - made.ripple.cut_layer;
    if (index >= 0) {
      const Cell& cell = cells[static_cast<std::size_t>(index)];
      row.mean_delta = cell.delta;
      row.p = cell.p;
      if (cell.p) {
        row.effect = Effect::none;
        row.t = cell.delta * 100;
        row.cohen_dz = cell.delta * 10;
      }
    }
    made.layers.push_back(row);
  }
  made.ripple.immediate_delta =
      made.layers[static_cast<std::size_t>(made.ripple.cut_layer)].mean_delta;
  made.ripple.late_delta = made.layers.back().mean_delta;
  return made;
}

SweepSummary summary_of(const std::vector<SweepOutcome>& outcomes,
                        Correction correction = Correction::bh) {
  return summarise(outcomes, kLayers, 2, 0.05, correction);
}

TEST(OutcomeOf, TakesWhatTheResultHolds) {
  SilenceResult result;
  result.intervention.heads = {{1, 0}, {3, 1}};
  result.values_changed = 17;
  result.layers.resize(kLayers);
  result.layers[2].mean_delta = 0.25;
  result.final_norm.emplace().mean_delta = 0.5;
  result.ripple.cut_layer = 1;
  result.ripple.late_delta = -2;
  const SweepOutcome made = outcome_of(result);
  EXPECT_EQ(made.spec, "L1H0+L3H1");
  EXPECT_EQ(made.heads, (std::vector<Head>{{1, 0}, {3, 1}}));
  EXPECT_EQ(made.values_changed, 17);
  ASSERT_EQ(made.layers.size(), 5U);
  EXPECT_EQ(made.layers[2].mean_delta, 0.25);
  EXPECT_EQ(made.final_norm.value().mean_delta, 0.5);
  EXPECT_EQ(made.ripple.late_delta, -2);
}

TEST(Summarise, TakesTheNumbersOfEachHead) {
  const SweepSummary summary = summary_of({
      outcome({{3, 1}}, {{0.5, 0.9}, {-0.25, 0.8}}),
      outcome({{2, 0}}, {{-0.125, 0.9}, {-0.5, 0.9}, {0.5, 0.9}}),
  });
  EXPECT_EQ(summary.n_layer, kLayers);
  EXPECT_EQ(summary.n_head, 2);
  EXPECT_EQ(summary.alpha, 0.05);
  EXPECT_EQ(summary.correction, Correction::bh);
  ASSERT_EQ(summary.heads.size(), 2U);
  const HeadSummary& first = summary.heads[0];
  EXPECT_EQ(first.spec, "L3H1");
  EXPECT_EQ(first.heads, (std::vector<Head>{{3, 1}}));
  EXPECT_EQ(first.cut_layer, 3);
  EXPECT_EQ(first.late, -0.25);
  EXPECT_EQ(first.immediate, 0.5);
  EXPECT_EQ(first.extreme, 0.5);
  EXPECT_EQ(first.extreme_layer, 3);
  EXPECT_EQ(first.t, 50);
  EXPECT_EQ(first.cohen_dz, 5);
  EXPECT_EQ(first.n_prompts, 1);
  // The lower of two blocks that are equally far from 0.
  EXPECT_EQ(summary.heads[1].extreme, -0.5);
  EXPECT_EQ(summary.heads[1].extreme_layer, 3);
}

TEST(Summarise, CorrectsOverAllReachableCells) {
  // Five cells, sorted 0.01, 0.02, 0.04, 0.2, 0.9: Benjamini-Hochberg gives 0.05, 0.05, 0.0667,
  // 0.25, 0.9. The first two are not below 0.05.
  const std::vector<SweepOutcome> outcomes = {
      outcome({{2, 0}}, {{0.1, 0.2}, {0.1, 0.02}, {0.1, 0.01}}),
      outcome({{3, 1}}, {{-0.1, 0.9}, {-0.1, 0.04}}),
  };
  const SweepSummary summary = summary_of(outcomes);
  EXPECT_EQ(summary.family_size, 5);
  EXPECT_DOUBLE_EQ(summary.heads[0].p_adjusted.value(), 0.05);
  EXPECT_DOUBLE_EQ(summary.heads[1].p_adjusted.value(), 0.04 * 5 / 3);
  EXPECT_EQ(summary.n_none, 2);

  // Uncorrected, 0.01, 0.02 and 0.04 are significant.
  const SweepSummary plain = summary_of(outcomes, Correction::none);
  EXPECT_EQ(plain.correction, Correction::none);
  EXPECT_EQ(plain.heads[0].role, Role::separator);
  EXPECT_EQ(plain.heads[0].onset, 3);
  EXPECT_EQ(plain.heads[1].role, Role::connector);
  EXPECT_EQ(plain.heads[1].onset, 4);
  EXPECT_EQ(plain.heads[1].p_adjusted, 0.04);

  // Bonferroni: five times as much.
  EXPECT_DOUBLE_EQ(summary_of(outcomes, Correction::bonferroni).heads[0].p_adjusted.value(), 0.05);
}

TEST(Summarise, UnchangedBlocksCountAsOne) {
  // The unchanged block at the cut has rank 3 of 3: 0.01 * 3/1 and 0.02 * 3/2.
  const SweepSummary summary =
      summary_of({outcome({{2, 0}}, {{0, std::nullopt}, {0.1, 0.02}, {0.1, 0.01}})});
  EXPECT_EQ(summary.family_size, 3);
  EXPECT_DOUBLE_EQ(summary.heads[0].p_adjusted.value(), 0.03);
  EXPECT_EQ(summary.heads[0].onset, 3);  // 0.03 as well
  EXPECT_FALSE(summary.heads[0].immediate_effect);
}

TEST(Summarise, AHeadThatChangesNothing) {
  const SweepSummary summary =
      summary_of({outcome({{3, 0}}, {{0, std::nullopt}, {0, std::nullopt}})});
  const HeadSummary& head = summary.heads[0];
  EXPECT_EQ(head.role, Role::none);
  EXPECT_EQ(head.extreme, 0);
  EXPECT_EQ(head.extreme_layer, 3);
  EXPECT_EQ(head.t, std::nullopt);
  EXPECT_EQ(head.cohen_dz, std::nullopt);
  EXPECT_EQ(head.onset, std::nullopt);
  EXPECT_EQ(head.p_adjusted, std::nullopt);
  EXPECT_EQ(head.n_significant, 0);
}

TEST(Summarise, RolesComeFromTheLateBlocksAlone) {
  const SweepSummary summary = summary_of({
      outcome({{2, 0}}, {{0.1, 1e-9}, {0.1, 1e-9}, {0.1, 0.5}}),    // early only
      outcome({{2, 1}}, {{0.1, 1e-9}, {0.1, 1e-9}, {-0.1, 1e-9}}),  // with its own block
      outcome({{3, 0}}, {{0.1, 0.9}, {0.1, 1e-9}}),                 // late only
      outcome({{4, 0}}, {{-0.1, 1e-9}}),                            // cut and late are one block
      outcome({{4, 1}}, {{0.1, 0.9}}),
  });
  std::vector<Role> roles;
  std::vector<bool> immediate;
  for (const HeadSummary& head : summary.heads) {
    roles.push_back(head.role);
    immediate.push_back(head.immediate_effect);
  }
  EXPECT_THAT(roles, ElementsAre(Role::none, Role::connector, Role::separator, Role::connector,
                                 Role::none));
  EXPECT_THAT(immediate, ElementsAre(true, true, false, true, false));
  // The lowest of equals: the cut's own block in all of them.
  EXPECT_TRUE(summary.heads[0].extreme_effect);
  EXPECT_FALSE(summary.heads[2].extreme_effect);
  EXPECT_EQ(summary.n_connectors, 2);
  EXPECT_EQ(summary.n_separators, 1);
  EXPECT_EQ(summary.n_none, 2);
  EXPECT_EQ(summary.n_late_only, 1);
  EXPECT_EQ(summary.heads[1].n_significant, 1);
}

TEST(Summarise, ALateMeanOfExactlyZeroHasNoSign) {
  SweepOutcome even = outcome({{3, 0}}, {{0.1, 0.9}, {0.1, 1e-9}});
  even.ripple.late_delta = 0;
  EXPECT_EQ(summary_of({even}).heads[0].role, Role::none);
  EXPECT_EQ(summary_of({even}).heads[0].n_significant, 1);
}

TEST(Summarise, LateBlocksBelowTheCutDoNotCount) {
  // Two late blocks, 3 and 4, of which a cut at 4 reaches one.
  SweepOutcome high = outcome({{4, 0}}, {{0.1, 0.01}});
  high.ripple.late_layers = {3, 4};
  high.layers[3].p = 1e-30;
  const SweepSummary summary = summary_of({high});
  EXPECT_EQ(summary.family_size, 1);
  EXPECT_EQ(summary.heads[0].p_adjusted, 0.01);
}

TEST(Summarise, JointHeadsHaveOneCut) {
  const SweepSummary summary =
      summary_of({outcome({{1, 0}, {4, 1}}, {{0.1, 0.9}, {0.2, 0.9}, {-0.4, 0.9}, {0.1, 0.9}})});
  EXPECT_EQ(summary.heads[0].spec, "L1H0+L4H1");
  EXPECT_EQ(summary.heads[0].cut_layer, 1);
  EXPECT_EQ(summary.family_size, 4);
  EXPECT_EQ(summary.heads[0].extreme_layer, 3);
}

TEST(Summarise, InfiniteStatistics) {
  SweepOutcome equal = outcome({{4, 0}}, {{-0.1, 0.0}});
  equal.layers[4].t = -kInfinity;
  equal.layers[4].cohen_dz = -kInfinity;
  const HeadSummary head = summary_of({equal}).heads[0];
  EXPECT_EQ(head.t, -kInfinity);
  EXPECT_EQ(head.cohen_dz, -kInfinity);
  EXPECT_EQ(head.p_adjusted, 0);
  EXPECT_EQ(head.role, Role::connector);
}

TEST(Summarise, NothingToSumUp) {
  EXPECT_EQ(summary_of({}).family_size, 0);
  EXPECT_TRUE(summary_of({}).heads.empty());
  SweepOutcome empty = outcome({{4, 0}}, {{0.1, 0.1}});
  empty.layers.clear();
  EXPECT_THROW(summary_of({empty}), UsageError);
}

/// Three prompts of one head of block 3.
std::vector<SweepSummary> prompts(const std::vector<std::vector<Cell>>& cells) {
  std::vector<SweepSummary> made;
  for (const std::vector<Cell>& one : cells) made.push_back(summary_of({outcome({{3, 0}}, one)}));
  return made;
}

TEST(SummariseSeveral, TakesMeansAndMedians) {
  const SweepSummary summary = summarise(prompts({
      {{0.5, 1e-4}, {-0.25, 1e-3}},   // extreme 0.5 in block 3, BH: 0.0002, 0.001
      {{0.125, 0.9}, {-0.25, 1e-4}},  // extreme -0.25 in block 4, 0.9, 0.0002
      {{0.125, 0.9}, {-1.0, 0.5}},    // extreme -1 in block 4, 0.9, 0.9
  }));
  const HeadSummary& head = summary.heads[0];
  EXPECT_DOUBLE_EQ(head.late, -0.5);
  EXPECT_DOUBLE_EQ(head.immediate, 0.25);
  EXPECT_DOUBLE_EQ(head.extreme, -0.25);
  EXPECT_EQ(head.extreme_layer, 4);
  EXPECT_DOUBLE_EQ(head.t.value(), -25);
  EXPECT_DOUBLE_EQ(head.cohen_dz.value(), -2.5);
  EXPECT_EQ(head.onset, 3.5);  // 3 and 4; the third has none
  EXPECT_EQ(head.p_adjusted, 0.001);
  EXPECT_EQ(head.role, Role::connector);  // two of three
  EXPECT_FALSE(head.immediate_effect);    // one of three
  EXPECT_TRUE(head.extreme_effect);       // two of three, each in its own block
  EXPECT_EQ(head.n_prompts, 3);
  EXPECT_EQ(head.n_significant, 2);
  EXPECT_EQ(summary.n_connectors, 1);
  EXPECT_EQ(summary.n_none, 0);
  EXPECT_EQ(summary.n_late_only, 1);
  EXPECT_EQ(summary.family_size, 2);
}

TEST(SummariseSeveral, ExactlyHalfIsEnough) {
  const std::vector<Cell> separates = {{0.125, 0.9}, {0.25, 1e-9}};
  const std::vector<Cell> connects = {{0.125, 0.9}, {-0.75, 1e-9}};
  const std::vector<Cell> nothing = {{0.125, 0.9}, {0.25, 0.9}};
  const auto role = [](const std::vector<std::vector<Cell>>& cells) {
    return summarise(prompts(cells)).heads[0].role;
  };
  EXPECT_EQ(role({separates, nothing}), Role::separator);
  EXPECT_EQ(role({separates, nothing, nothing}), Role::none);
  // Where half of them are significant, the sign of the mean decides, as for one prompt.
  EXPECT_EQ(role({connects, separates, nothing}), Role::connector);
  EXPECT_EQ(role({separates, connects}), Role::connector);
}

TEST(SummariseSeveral, TheBlockThatIsMostOftenFarthestIsTheLowestOfEquals) {
  const std::vector<Cell> at_3 = {{0.5, 0.9}, {0.25, 0.9}};
  const std::vector<Cell> at_4 = {{0.25, 0.9}, {0.5, 0.9}};
  EXPECT_EQ(summarise(prompts({at_4, at_3})).heads[0].extreme_layer, 3);
  EXPECT_EQ(summarise(prompts({at_4, at_3, at_4})).heads[0].extreme_layer, 4);
}

TEST(SummariseSeveral, NumbersThatDoNotExist) {
  const std::vector<Cell> unchanged = {{0, std::nullopt}, {0, std::nullopt}};
  const std::vector<Cell> changed = {{0.5, 1e-9}, {0.25, 1e-9}};
  const HeadSummary none = summarise(prompts({unchanged, unchanged})).heads[0];
  EXPECT_EQ(none.t, std::nullopt);
  EXPECT_EQ(none.onset, std::nullopt);
  EXPECT_EQ(none.p_adjusted, std::nullopt);
  // An unchanged block has p = 1 beside those that have one, and no say in t.
  const HeadSummary half = summarise(prompts({unchanged, changed})).heads[0];
  EXPECT_EQ(half.t, 50);
  EXPECT_EQ(half.onset, 3);
  EXPECT_NEAR(half.p_adjusted.value(), 0.5, 1e-6);
  EXPECT_EQ(half.late, 0.125);
}

TEST(SummariseSeveral, InfinitiesOfBothSignsHaveNoMean) {
  std::vector<SweepSummary> made = prompts({{{0.5, 0.0}, {0.25, 0.0}}, {{0.5, 0.0}, {0.25, 0.0}}});
  made[0].heads[0].t = kInfinity;
  EXPECT_EQ(summarise(made).heads[0].t, kInfinity);
  made[1].heads[0].t = -kInfinity;
  EXPECT_EQ(summarise(made).heads[0].t, std::nullopt);
}

TEST(SummariseSeveral, OnePromptIsItself) {
  const std::vector<SweepSummary> one = prompts({{{0.5, 1e-9}, {0.25, 1e-9}}});
  const SweepSummary summary = summarise(one);
  EXPECT_EQ(summary.heads[0].t, one[0].heads[0].t);
  EXPECT_EQ(summary.n_separators, 1);
}

TEST(SummariseSeveral, RefusesWhatDiffers) {
  EXPECT_THROW(summarise(std::vector<SweepSummary>{}), UsageError);
  const std::vector<Cell> cells = {{0.5, 0.9}, {0.25, 0.9}};
  const SweepSummary one = summary_of({outcome({{3, 0}}, cells)});
  const SweepSummary other_head = summary_of({outcome({{3, 1}}, cells)});
  const SweepSummary more = summary_of({outcome({{3, 0}}, cells), outcome({{3, 1}}, cells)});
  SweepSummary other_shape = one;
  other_shape.n_head = 3;
  SweepSummary other_alpha = one;
  other_alpha.alpha = 0.01;
  for (const SweepSummary& other : {other_head, more, other_shape, other_alpha}) {
    EXPECT_THROW(summarise(std::vector<SweepSummary>{one, other}), UsageError);
  }
}

TEST(ValueOf, EveryMetric) {
  HeadSummary head;
  head.late = 1;
  head.immediate = 2;
  head.extreme = 3;
  head.t = 4;
  EXPECT_EQ(value_of(head, Metric::late), 1);
  EXPECT_EQ(value_of(head, Metric::immediate), 2);
  EXPECT_EQ(value_of(head, Metric::extreme), 3);
  EXPECT_EQ(value_of(head, Metric::t), 4);
  EXPECT_EQ(value_of(head, Metric::cohen_dz), std::nullopt);
  EXPECT_EQ(value_of(head, Metric::onset), std::nullopt);
}

TEST(Names, AreThoseOfTheCommandLine) {
  EXPECT_EQ(to_string(Role::none), "none");
  EXPECT_EQ(to_string(Role::connector), "connector");
  EXPECT_EQ(to_string(Role::separator), "separator");
  EXPECT_EQ(to_string(Metric::late), "late");
  EXPECT_EQ(to_string(Metric::immediate), "immediate");
  EXPECT_EQ(to_string(Metric::extreme), "extreme");
  EXPECT_EQ(to_string(Metric::t), "t");
  EXPECT_EQ(to_string(Metric::cohen_dz), "cohen_dz");
  EXPECT_EQ(to_string(Metric::onset), "onset");
}

}  // namespace sweep_summary_test
}  // namespace tacet
