#include <gtest/gtest.h>

#include "tacet/error.h"
#include "tacet/sweep.h"

namespace tacet {
namespace decided_by_test {

LayerEffect changed(int layer, double delta) {
  LayerEffect row;
  row.layer = layer;
  row.mean_delta = delta;
  row.p = 1e-6;
  row.p_adjusted = 1e-5;
  row.significant = true;
  row.effect = delta < 0 ? Effect::decoupling : Effect::coupling;
  row.perturbation = 0.1;
  TestResult paired;
  paired.name = Test::paired;
  TestResult swap;
  swap.name = Test::token_swap;
  swap.statistic = 1.5;
  swap.p = 0.2;
  swap.p_adjusted = 0.4;
  row.tests = {paired, swap};
  return row;
}

/// A head of block 1 of 3, whose block 0 is unchanged.
SweepOutcome outcome() {
  SweepOutcome made;
  made.spec = "L1H0";
  LayerEffect below;
  below.effect = Effect::unchanged;
  made.layers = {below, changed(1, -0.5), changed(2, 0.25)};
  made.ripple.cut_layer = 1;
  made.ripple.onset = 1;
  made.ripple.persistence = 0.5;
  made.ripple.sign_changes = 1;
  made.ripple.growth = 0.125;
  made.ripple.growth_low = 0.1;
  return made;
}

TEST(DecidedByTest, TheOtherTestsNumbersTakeThePlaceOfTheFirst) {
  SweepOutcome given = outcome();
  given.layers[2].tests[1].significant = true;
  const SweepOutcome decided = decided_by(given, tacet::Test::token_swap);
  EXPECT_EQ(decided.layers[1].t, 1.5);
  EXPECT_EQ(decided.layers[1].p, 0.2);
  EXPECT_EQ(decided.layers[1].p_adjusted, 0.4);
  EXPECT_FALSE(decided.layers[1].significant);
  EXPECT_EQ(decided.layers[1].effect, Effect::none);
  EXPECT_EQ(decided.layers[1].mean_delta, -0.5);
  EXPECT_EQ(decided.layers[2].effect, Effect::coupling);
  EXPECT_EQ(decided.ripple.onset, 2);
  EXPECT_EQ(decided.ripple.persistence, 1.0);
  EXPECT_EQ(decided.ripple.sign_changes, 0);
}

TEST(DecidedByTest, WhatNoTestDecidesStays) {
  const SweepOutcome decided = decided_by(outcome(), tacet::Test::token_swap);
  EXPECT_EQ(decided.layers[0].effect, Effect::unchanged);
  EXPECT_FALSE(decided.ripple.onset);
  EXPECT_FALSE(decided.ripple.persistence);
  EXPECT_EQ(decided.ripple.growth, 0.125);
  EXPECT_EQ(decided.ripple.growth_low, 0.1);
}

TEST(DecidedByTest, ATestThatWasNotMadeIsRefused) {
  EXPECT_THROW(decided_by(outcome(), tacet::Test::dyadic), UsageError);
}

}  // namespace decided_by_test
}  // namespace tacet
