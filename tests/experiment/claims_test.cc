// Each claim's rule on made outcomes: that fulfil it, that refute it, and that do so in part.
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tacet/error.h"
#include "tacet/study.h"

namespace tacet {
namespace claims_test {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr int kLayers = 10;  // two late blocks, 8 and 9
constexpr int kHeads = 4;
constexpr int kLayer = 3;

LayerEffect& row(SweepOutcome& outcome, int layer) {
  return outcome.layers[static_cast<std::size_t>(layer)];
}

/// A head of which every claim holds: quiet at its cut, loud late; even heads couple.
SweepOutcome made_outcome(Head head) {
  SweepOutcome made;
  made.spec = to_string(head);
  made.heads = {head};
  made.ripple.cut_layer = head.layer;
  made.ripple.late_layers = {8, 9};
  made.ripple.immediate_delta = 0.01;
  made.ripple.late_delta = head.head % 2 == 0 ? 0.1 : -0.1;
  made.ripple.growth = 0.1;
  for (int layer = 0; layer < kLayers; ++layer) {
    LayerEffect effect;
    effect.layer = layer;
    if (layer >= head.layer) {
      effect.mean_delta = made.ripple.late_delta;
      effect.p = layer >= 8 ? 1e-9 : 0.5;
      effect.significant = layer >= 8;
      effect.perturbation_absolute = 1.0 + layer - head.layer;
    }
    made.layers.push_back(effect);
  }
  return made;
}

class Claims : public ::testing::Test {
 protected:
  Claims() {
    for (int layer = 0; layer < kLayers; ++layer) {
      for (int head = 0; head < kHeads; ++head) outcomes_.push_back(made_outcome({layer, head}));
    }
    evidence_.n_layer = kLayers;
    evidence_.n_head = kHeads;
    evidence_.layer = kLayer;
    evidence_.clean = {.blocks = {0.5, 0.4, 0.3, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7, 0.95},
                       .final_norm = 0.99};
    evidence_.clean_without_first = evidence_.clean;
    evidence_.repetition = {.n_heads = 4,
                            .n_values = 100,
                            .n_process = 0,
                            .threads = 2,
                            .other_threads = 1,
                            .n_threads = 0};
  }

  std::vector<Claim> judged() {
    evidence_.outcomes = outcomes_;
    return judge_claims(evidence_);
  }
  Claim judged(const std::string& id) {
    for (Claim& claim : judged()) {
      if (claim.id == id) return claim;
    }
    throw std::runtime_error("no claim " + id);
  }
  Verdict verdict(const std::string& id) { return judged(id).verdict; }

  SweepOutcome& at(int layer, int head) {
    return outcomes_[static_cast<std::size_t>(layer * kHeads + head)];
  }
  /// Changes every head of a block.
  void change(int layer, const std::function<void(SweepOutcome&)>& how) {
    for (int head = 0; head < kHeads; ++head) how(at(layer, head));
  }
  void change_all(const std::function<void(SweepOutcome&)>& how) {
    for (int layer = 0; layer < kLayers; ++layer) change(layer, how);
  }

  std::vector<SweepOutcome> outcomes_;
  StudyEvidence evidence_;
};

FigureValue value(const Claim& claim, const std::string& name) {
  for (const auto& [key, held] : claim.figures) {
    if (key == name) return held;
  }
  return "there is no " + name;
}
double number(const Claim& claim, const std::string& name) {
  return std::get<double>(value(claim, name));
}
std::int64_t count(const Claim& claim, const std::string& name) {
  return std::get<std::int64_t>(value(claim, name));
}

void quieten(SweepOutcome& outcome) {
  for (LayerEffect& effect : outcome.layers) {
    effect.significant = false;
    if (effect.p) effect.p = 0.9;
  }
}

/// Tests every row by token-swap as well, which finds what the other did, or nothing.
void test_beside(SweepOutcome& outcome, bool agrees) {
  for (LayerEffect& effect : outcome.layers) {
    TestResult result;
    result.name = tacet::Test::token_swap;
    result.p = agrees ? effect.p : std::optional(0.9);
    result.p_adjusted = result.p;
    result.significant = agrees && effect.significant;
    effect.tests = {result};
  }
}

TEST_F(Claims, StandUpByTheSameRuleWithTokenSwap) {
  change_all([](SweepOutcome& outcome) { test_beside(outcome, true); });
  int n_tested = 0;
  for (const Claim& claim : judged()) {
    EXPECT_EQ(claim.stands_up.has_value(), claim.is_tested) << claim.id;
    if (!claim.is_tested) continue;
    ++n_tested;
    EXPECT_EQ(claim.stands_up, claim.verdict) << claim.id;
  }
  EXPECT_EQ(n_tested, 4);

  change_all([](SweepOutcome& outcome) { test_beside(outcome, false); });
  EXPECT_EQ(verdict("late_significance"), Verdict::holds);
  EXPECT_EQ(judged("late_significance").stands_up, Verdict::does_not_hold);
  EXPECT_EQ(judged("both_signs").stands_up, Verdict::does_not_hold);
  EXPECT_EQ(judged("small_immediate_effect").stands_up, Verdict::holds);
  EXPECT_FALSE(judged("accumulation").stands_up);

  // One head without it, and no verdict can be given.
  at(2, 1).layers[5].tests.clear();
  EXPECT_FALSE(judged("late_significance").stands_up);
}

TEST_F(Claims, AreThoseOfTheStudyInItsOrder) {
  std::vector<std::string> ids;
  for (const Claim& claim : judged()) {
    ids.push_back(claim.id);
    EXPECT_TRUE(claim.statement.ends_with(".")) << claim.id;
    EXPECT_TRUE(claim.rule.ends_with(".")) << claim.id;
    EXPECT_FALSE(claim.reading.empty()) << claim.id;
    EXPECT_FALSE(claim.stands_up.has_value()) << claim.id;
  }
  EXPECT_THAT(ids, ElementsAre("early_fall", "late_rise", "late_rise_without_final_norm",
                               "small_immediate_effect", "late_significance", "both_signs",
                               "accumulation", "every_head_contributes", "same_bits"));
}

TEST_F(Claims, AllHoldWhereTheStudyIsRight) {
  for (const Claim& claim : judged()) {
    // What needs the noise floor cannot hold before there is one.
    const bool is_open = claim.id == "every_head_contributes";
    EXPECT_EQ(claim.verdict, is_open ? Verdict::in_part : Verdict::holds) << claim.id;
  }
}

TEST_F(Claims, EarlyFall) {
  const Claim claim = judged("early_fall");
  EXPECT_EQ(count(claim, "min_layer"), 3);
  EXPECT_EQ(number(claim, "fall"), 0.5 - 0.2);
  EXPECT_EQ(number(claim, "fall_without_first"), 0.5 - 0.2);
  EXPECT_EQ(count(claim, "last_early_layer"), 5);
  // One of the two: without position 0 the means do not fall.
  evidence_.clean_without_first->blocks.assign(kLayers, 0.5);
  EXPECT_EQ(verdict("early_fall"), Verdict::in_part);
  EXPECT_EQ(count(judged("early_fall"), "min_layer_without_first"), 0);
  // Too few tokens for the second: it is not met, and its figures do not exist.
  evidence_.clean_without_first = std::nullopt;
  EXPECT_EQ(verdict("early_fall"), Verdict::in_part);
  EXPECT_TRUE(
      std::holds_alternative<std::monostate>(value(judged("early_fall"), "fall_without_first")));
  evidence_.clean.blocks[3] = 0.46;  // and 0.04 below block 0 at most
  for (const std::size_t i : {1U, 2U, 4U, 5U, 6U}) evidence_.clean.blocks[i] = 0.47;
  EXPECT_EQ(verdict("early_fall"), Verdict::does_not_hold);
}

TEST_F(Claims, EarlyFallEndsAtTheMiddleBlock) {
  evidence_.clean.blocks.assign(kLayers, 0.5);
  evidence_.clean.blocks[5] = 0.25;  // L/2
  evidence_.clean_without_first = evidence_.clean;
  EXPECT_EQ(verdict("early_fall"), Verdict::holds);
  std::swap(evidence_.clean.blocks[5], evidence_.clean.blocks[6]);
  EXPECT_EQ(verdict("early_fall"), Verdict::in_part);
  evidence_.clean_without_first = evidence_.clean;
  EXPECT_EQ(verdict("early_fall"), Verdict::does_not_hold);
  // The lowest of equals counts; block 0 itself is no fall.
  evidence_.clean.blocks[2] = 0.25;
  EXPECT_EQ(verdict("early_fall"), Verdict::in_part);
  evidence_.clean.blocks[0] = 0.25;
  EXPECT_EQ(verdict("early_fall"), Verdict::does_not_hold);
}

TEST_F(Claims, LateRise) {
  const Claim claim = judged("late_rise");
  EXPECT_EQ(number(claim, "min_mean"), 0.2);
  EXPECT_EQ(number(claim, "end_mean"), 0.99);
  EXPECT_EQ(number(claim, "rise"), 0.99 - 0.2);
  evidence_.clean.final_norm = 0.9;
  EXPECT_EQ(verdict("late_rise"), Verdict::holds);
  evidence_.clean.final_norm = 0.89;  // it rises, and does not end high
  EXPECT_EQ(verdict("late_rise"), Verdict::in_part);
  evidence_.clean.final_norm = 0.29;
  EXPECT_EQ(verdict("late_rise"), Verdict::does_not_hold);
  evidence_.clean.blocks.assign(kLayers, 0.85);  // it ends high, and does not rise
  evidence_.clean.final_norm = 0.92;
  EXPECT_EQ(verdict("late_rise"), Verdict::in_part);
  // Without ln_f it is the last block that counts.
  EXPECT_EQ(verdict("late_rise_without_final_norm"), Verdict::does_not_hold);
  evidence_.clean.blocks.back() = 0.97;
  EXPECT_EQ(verdict("late_rise_without_final_norm"), Verdict::holds);
  EXPECT_EQ(number(judged("late_rise_without_final_norm"), "end_mean"), 0.97);
}

TEST_F(Claims, SmallImmediateEffect) {
  const Claim claim = judged("small_immediate_effect");
  EXPECT_EQ(number(claim, "median_ratio"), 0.01 / 0.1);
  EXPECT_EQ(count(claim, "n_not_significant"), 4);
  EXPECT_EQ(count(claim, "layer"), 3);
  EXPECT_EQ(count(claim, "other_layer"), 2);
  EXPECT_EQ(value(claim, "other_verdict"), FigureValue("holds"));
  for (int head = 0; head < 2; ++head) row(at(kLayer, head), kLayer).significant = true;
  EXPECT_EQ(verdict("small_immediate_effect"), Verdict::holds);  // half of them
  row(at(kLayer, 2), kLayer).significant = true;
  EXPECT_EQ(verdict("small_immediate_effect"), Verdict::in_part);
  change(kLayer, [](SweepOutcome& one) { one.ripple.immediate_delta = -0.026; });
  EXPECT_EQ(verdict("small_immediate_effect"), Verdict::does_not_hold);
  // The other reading is judged by its own heads.
  EXPECT_EQ(value(judged("small_immediate_effect"), "other_verdict"), FigureValue("holds"));
  change(kLayer - 1, [](SweepOutcome& one) { one.ripple.immediate_delta = 1; });
  EXPECT_EQ(value(judged("small_immediate_effect"), "other_verdict"), FigureValue("in_part"));
}

TEST_F(Claims, SmallImmediateEffectWhereNothingIsThereToDivide) {
  // Immediate alone: infinitely much of late. Nothing at all: no ratio.
  change(kLayer, [](SweepOutcome& one) { one.ripple.late_delta = 0; });
  EXPECT_EQ(number(judged("small_immediate_effect"), "median_ratio"), kInfinity);
  for (int head = 0; head < 3; ++head) at(kLayer, head).ripple.immediate_delta = 0;
  at(kLayer, 3).ripple.late_delta = 0.1;
  EXPECT_EQ(number(judged("small_immediate_effect"), "median_ratio"), 0.01 / 0.1);
  at(kLayer, 3).ripple.late_delta = 0;
  at(kLayer, 3).ripple.immediate_delta = 0;
  const Claim claim = judged("small_immediate_effect");
  EXPECT_TRUE(std::holds_alternative<std::monostate>(value(claim, "median_ratio")));
  EXPECT_EQ(claim.verdict, Verdict::in_part);
}

TEST_F(Claims, LateSignificance) {
  EXPECT_EQ(count(judged("late_significance"), "n_in_all"), 4);
  for (int head = 0; head < 2; ++head) row(at(kLayer, head), 8).significant = false;
  EXPECT_EQ(verdict("late_significance"), Verdict::holds);  // half of them in all
  row(at(kLayer, 2), 9).mean_delta *= -1;                   // significant in all, with two signs
  const Claim claim = judged("late_significance");
  EXPECT_EQ(claim.verdict, Verdict::in_part);
  EXPECT_EQ(count(claim, "n_in_all"), 1);
  EXPECT_EQ(number(claim, "share_in_all"), 0.25);
  EXPECT_EQ(count(claim, "n_in_any"), 4);
  quieten(at(kLayer, 0));
  EXPECT_EQ(verdict("late_significance"), Verdict::does_not_hold);
  row(at(kLayer, 2), 9).mean_delta *= -1;
  row(at(kLayer, 1), 8).significant = true;
  EXPECT_EQ(verdict("late_significance"), Verdict::in_part);  // the first condition alone
}

TEST_F(Claims, LateSignificanceAsksForTheBlocksThatAHeadReaches) {
  evidence_.layer = 9;
  const Claim claim = judged("late_significance");
  EXPECT_EQ(claim.verdict, Verdict::holds);
  EXPECT_EQ(count(claim, "n_late_layers"), 1);
  EXPECT_EQ(count(claim, "other_n_late_layers"), 2);
}

TEST_F(Claims, BothSigns) {
  const Claim claim = judged("both_signs");
  EXPECT_EQ(count(claim, "n_coupling"), 20);
  EXPECT_EQ(count(claim, "n_decoupling"), 20);
  EXPECT_EQ(count(claim, "n_either"), 40);
  const auto couple = [](SweepOutcome& one) {
    for (LayerEffect& effect : one.layers) effect.mean_delta = std::abs(effect.mean_delta);
  };
  // Two of 40 are 5 %, one is less: there are both, but one kind is rare.
  for (std::size_t i = 2; i < outcomes_.size(); ++i) couple(outcomes_[i]);
  couple(outcomes_[0]);
  for (const int layer : {8, 9}) row(outcomes_[0], layer).mean_delta *= -1;
  EXPECT_EQ(count(judged("both_signs"), "n_decoupling"), 2);
  EXPECT_EQ(verdict("both_signs"), Verdict::holds);
  couple(outcomes_[0]);
  EXPECT_EQ(verdict("both_signs"), Verdict::in_part);
  couple(outcomes_[1]);
  EXPECT_EQ(verdict("both_signs"), Verdict::does_not_hold);
}

TEST_F(Claims, BothSignsCorrectsOverAllHeads) {
  // In each late block: Benjamini-Hochberg over 40 heads, of which two have a p of 0.0024 and 0.04;
  // alone, 0.0024 * 40 = 0.096 is not below 0.05.
  change_all(quieten);
  for (const int layer : {8, 9}) row(at(0, 0), layer).p = 0.0024;
  row(at(0, 1), 8).p = 0.04;
  EXPECT_EQ(count(judged("both_signs"), "n_either"), 0);
  EXPECT_EQ(number(judged("both_signs"), "share_coupling"), 0);
  EXPECT_EQ(verdict("both_signs"), Verdict::does_not_hold);
  // 0.0012 * 40 = 0.048 is; a head below whose cut nothing changes counts in the family.
  row(at(0, 0), 8).p = 0.0012;
  EXPECT_EQ(count(judged("both_signs"), "n_coupling"), 1);
  // With 0.002 beside it both are: 0.002 * 40 / 2 = 0.04. The sign is the block's.
  row(at(0, 1), 8).p = 0.002;
  EXPECT_EQ(verdict("both_signs"), Verdict::holds);
  // The run's own verdicts do not matter, alpha does.
  evidence_.alpha = 0.03;
  EXPECT_EQ(count(judged("both_signs"), "n_either"), 0);
}

TEST_F(Claims, Accumulation) {
  const Claim claim = judged("accumulation");
  EXPECT_EQ(number(claim, "median_at_cut"), 1);
  EXPECT_EQ(number(claim, "median_at_last"), 7);
  EXPECT_EQ(number(claim, "ratio"), 7);
  EXPECT_EQ(count(claim, "n_growing"), 4);
  change(kLayer, [](SweepOutcome& one) { row(one, 9).perturbation_absolute = 2; });
  EXPECT_EQ(verdict("accumulation"), Verdict::holds);
  change(kLayer, [](SweepOutcome& one) { row(one, 9).perturbation_absolute = 1.9; });
  EXPECT_EQ(verdict("accumulation"), Verdict::in_part);
  for (int head = 0; head < 2; ++head) at(kLayer, head).ripple.growth = 0;
  EXPECT_EQ(verdict("accumulation"), Verdict::in_part);  // half of them grow
  at(kLayer, 2).ripple.growth = std::nullopt;
  EXPECT_EQ(verdict("accumulation"), Verdict::does_not_hold);
  change(kLayer, [](SweepOutcome& one) { row(one, 9).perturbation_absolute = 20; });
  EXPECT_EQ(verdict("accumulation"), Verdict::in_part);
}

TEST_F(Claims, NothingThatStaysNothingAccumulates) {
  change(kLayer, [](SweepOutcome& one) {
    for (LayerEffect& effect : one.layers) effect.perturbation_absolute = 0;
    one.ripple.growth = std::nullopt;
  });
  const Claim claim = judged("accumulation");
  EXPECT_EQ(claim.verdict, Verdict::does_not_hold);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(value(claim, "ratio")));
}

TEST_F(Claims, EveryHeadContributes) {
  EXPECT_EQ(number(judged("every_head_contributes"), "share_significant"), 1);
  quieten(at(0, 0));
  quieten(at(9, 3));
  EXPECT_EQ(verdict("every_head_contributes"), Verdict::in_part);  // 38 of 40 are 95 %
  quieten(at(5, 1));
  row(at(5, 1), 7).significant = true;  // not late
  const Claim claim = judged("every_head_contributes");
  EXPECT_EQ(claim.verdict, Verdict::does_not_hold);
  EXPECT_EQ(count(claim, "n_significant"), 37);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(value(claim, "noise_floor")));
  EXPECT_TRUE(std::holds_alternative<std::monostate>(value(claim, "share_above_noise")));
}

TEST_F(Claims, EveryHeadContributesWhereItLiesAboveTheNoise) {
  for (SweepOutcome& one : outcomes_) {
    for (LayerEffect& effect : one.layers) effect.noise_floor = 1e-9;
  }
  row(at(9, 3), 9).noise_floor = 1e-8;
  EXPECT_EQ(verdict("every_head_contributes"), Verdict::holds);
  EXPECT_EQ(number(judged("every_head_contributes"), "noise_floor"), 1e-8);
  // One late block above the noise is enough for a head; 38 of 40 heads are enough.
  row(at(0, 0), 8).noise_floor = 0.05;
  EXPECT_EQ(number(judged("every_head_contributes"), "share_above_noise"), 1);
  for (const int head : {0, 1, 2}) {
    EXPECT_EQ(verdict("every_head_contributes"), Verdict::holds);
    row(at(0, head), 8).noise_floor = row(at(0, head), 9).noise_floor = 0.05;
  }
  const Claim claim = judged("every_head_contributes");
  EXPECT_EQ(claim.verdict, Verdict::in_part);
  EXPECT_EQ(number(claim, "share_above_noise"), 37.0 / 40);
  row(at(9, 3), 9).noise_floor.reset();
  EXPECT_TRUE(std::holds_alternative<std::monostate>(
      value(judged("every_head_contributes"), "noise_floor")));
}

TEST_F(Claims, SameBits) {
  Repetition& again = evidence_.repetition;
  again.n_threads = 1;
  EXPECT_EQ(verdict("same_bits"), Verdict::in_part);
  again.n_process = 1;
  EXPECT_EQ(verdict("same_bits"), Verdict::does_not_hold);
  again.n_threads = 0;
  EXPECT_EQ(verdict("same_bits"), Verdict::in_part);
  // On one core nothing is known of another thread count.
  again.n_process = 0;
  again.other_threads = std::nullopt;
  const Claim claim = judged("same_bits");
  EXPECT_EQ(claim.verdict, Verdict::in_part);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(value(claim, "differences_other_threads")));
  again = {};  // nothing was compared
  EXPECT_EQ(verdict("same_bits"), Verdict::does_not_hold);
}

TEST_F(Claims, BlockZeroHasOneReading) {
  evidence_.layer = 0;
  for (const char* const id : {"small_immediate_effect", "late_significance", "accumulation"}) {
    const Claim claim = judged(id);
    EXPECT_EQ(claim.verdict, Verdict::holds) << id;
    EXPECT_EQ(count(claim, "layer"), 0) << id;
    for (const char* const name : {"other_layer", "other_n_heads", "other_verdict"}) {
      EXPECT_TRUE(std::holds_alternative<std::monostate>(value(claim, name))) << id << name;
    }
  }
}

TEST_F(Claims, HaveEachFigureOnce) {
  for (const Claim& claim : judged()) {
    for (const auto& figure : claim.figures) {
      const auto same = [&figure](const Figure& other) { return other.first == figure.first; };
      EXPECT_EQ(std::ranges::count_if(claim.figures, same), 1) << claim.id << " " << figure.first;
    }
  }
}

TEST_F(Claims, NeedTheWholeSweep) {
  const auto message = [this] {
    try {
      judged();
    } catch (const UsageError& error) {
      return std::string(error.what());
    }
    return std::string("nothing was thrown");
  };
  const std::vector<SweepOutcome> whole = outcomes_;
  outcomes_.pop_back();
  EXPECT_THAT(message(), HasSubstr("every head of the model once, 40; 39 are there"));
  outcomes_.push_back(outcomes_.front());  // one twice
  EXPECT_THAT(message(), HasSubstr("once"));
  outcomes_ = whole;
  outcomes_[7].heads.push_back({8, 0});
  EXPECT_THAT(message(), HasSubstr("L1H3 is not that of one head"));
  outcomes_ = whole;
  outcomes_[7].layers.pop_back();
  EXPECT_THAT(message(), HasSubstr("L1H3"));
  outcomes_ = whole;
  evidence_.layer = kLayers;
  EXPECT_THAT(message(), HasSubstr("0 to 9"));
  evidence_.layer = 0;
  evidence_.clean.blocks.pop_back();
  EXPECT_THAT(message(), HasSubstr("mean of every block"));
}

TEST(Verdict, HasAWord) {
  EXPECT_EQ(to_string(Verdict::holds), "holds");
  EXPECT_EQ(to_string(Verdict::in_part), "in_part");
  EXPECT_EQ(to_string(Verdict::does_not_hold), "does_not_hold");
}

/// Controls of kLayer whose set i has i heads of `kHeads` that meet each rule; a set in which none
/// do is as far from the ratios as can be.
StudyControls made_controls(std::int64_t n) {
  StudyControls controls{.layer = kLayer, .n = n, .seed = 7, .sets = {}};
  for (std::int64_t i = 0; i < n; ++i) {
    std::vector<HeadReading> set;
    for (int head = 0; head < kHeads; ++head) {
      const bool meets = head < i;
      HeadReading reading;
      reading.immediate_delta = meets ? 0.01 : 0.1;
      reading.late_delta = 0.1;
      reading.growth = meets ? 0.1 : -0.1;
      reading.significant_at_cut = !meets;
      reading.n_late = 2;
      reading.n_late_significant = meets ? 2 : 0;
      reading.change_at_cut = 1;
      reading.change_at_last = meets ? 7 : 1;
      set.push_back(reading);
    }
    controls.sets.push_back(set);
  }
  return controls;
}

TEST_F(Claims, ControlsSayHowManySetsReachTheHeadsShare) {
  const StudyControls controls = made_controls(5);  // shares 0, 1/4 … 1
  evidence_.controls = &controls;
  // Three of the four heads meet each rule.
  at(kLayer, 0).layers[kLayer].significant = true;
  at(kLayer, 0).layers[8].significant = false;
  at(kLayer, 0).ripple.growth = -0.1;
  for (const char* const id : {"small_immediate_effect", "late_significance", "accumulation"}) {
    const Claim claim = judged(id);
    EXPECT_EQ(count(claim, "control_n"), 5) << id;
    EXPECT_EQ(count(claim, "control_seed"), 7) << id;
    EXPECT_EQ(number(claim, "control_share"), 0.5) << id;
    EXPECT_NEAR(number(claim, "control_share_low"), 0.025, 1e-12) << id;
    EXPECT_NEAR(number(claim, "control_share_high"), 0.975, 1e-12) << id;
    EXPECT_EQ(number(claim, "control_p"), 3.0 / 6) << id;  // sets 3 and 4
    EXPECT_THAT(claim.reading, HasSubstr("; of rotated pushes 50 %, p = 0.5")) << id;
  }
}

TEST_F(Claims, ControlsCountRatiosTheWayTheRuleAsks) {
  const StudyControls controls = made_controls(5);
  evidence_.controls = &controls;
  // The medians over 4 heads: immediate / late 1, 1, 0.55, 0.1, 0.1, and 0.1 of the heads; ‖δ‖
  // grows 1-, 1-, 4-, 7- and 7-fold, and 7-fold of the heads.
  const Claim immediate = judged("small_immediate_effect");
  EXPECT_NEAR(number(immediate, "control_ratio"), 0.55, 1e-12);
  EXPECT_EQ(number(immediate, "control_p_ratio"), 3.0 / 6);
  const Claim accumulation = judged("accumulation");
  EXPECT_EQ(number(accumulation, "control_ratio"), 4);
  EXPECT_EQ(number(accumulation, "control_p_ratio"), 3.0 / 6);
}

TEST_F(Claims, ControlsLeaveTheVerdictsAlone) {
  const std::vector<Claim> without = judged();
  const StudyControls controls = made_controls(3);
  evidence_.controls = &controls;
  const std::vector<Claim> with = judged();
  ASSERT_EQ(with.size(), without.size());
  for (std::size_t i = 0; i < with.size(); ++i) {
    EXPECT_EQ(with[i].verdict, without[i].verdict) << with[i].id;
    const std::size_t n_figures = with[i].figures.size();
    ASSERT_GE(n_figures, without[i].figures.size());
    EXPECT_TRUE(std::ranges::equal(std::span(with[i].figures).first(without[i].figures.size()),
                                   without[i].figures));
  }
}

TEST_F(Claims, RefusesControlsOfAnotherBlock) {
  StudyControls controls = made_controls(3);
  evidence_.controls = &controls;
  controls.layer = kLayer - 1;
  EXPECT_THROW(judged(), UsageError);
  controls = made_controls(3);
  controls.sets.back().pop_back();
  EXPECT_THROW(judged(), UsageError);
  controls = made_controls(3);
  controls.n = 4;
  EXPECT_THROW(judged(), UsageError);
}

}  // namespace claims_test
}  // namespace tacet
