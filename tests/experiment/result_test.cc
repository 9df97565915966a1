// What a result carries beside its numbers, and which states its rows are.
#include <algorithm>
#include <cmath>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiment/prompts.h"
#include "support/compare.h"
#include "support/tiny_model.h"
#include "tacet/forward.h"
#include "tacet/silence.h"

namespace tacet {
namespace result_test {

using ::testing::ElementsAre;
using testing::random_prompt;
using testing::TinyModel;
using testing::TinyModelOptions;

TinyModelOptions six_blocks() {
  TinyModelOptions options;
  options.n_layer = 6;
  options.n_head = 4;
  options.d_model = 32;
  return options;
}

TEST(HuggingFaceStates, TheLastRowIsTheFinalNormAndCountsInTheFamily) {
  const TinyModel tiny(six_blocks());
  const Intervention cut{{{1, 0}}, {}, {}};
  const SilenceResult block = silence(tiny.model, random_prompt(8), cut);
  SilenceOptions options;
  options.states = StatesKind::hf;
  const SilenceResult hf = silence(tiny.model, random_prompt(8), cut, options);
  EXPECT_FALSE(hf.final_norm.has_value());
  ASSERT_EQ(hf.layers.size(), 6U);
  EXPECT_EQ(hf.layers[4].mean_delta, block.layers[4].mean_delta);
  EXPECT_EQ(hf.layers[5].mean_delta, block.final_norm->mean_delta);
  EXPECT_EQ(hf.layers[5].t, block.final_norm->t);
  EXPECT_EQ(hf.layers[5].direct_mean_delta, block.final_norm->direct_mean_delta);
  EXPECT_EQ(hf.layers[5].perturbation, block.final_norm->perturbation);
  EXPECT_EQ(hf.layers[5].layer, 5);
  EXPECT_EQ(hf.layers[5].p_adjusted, std::min(1.0, *hf.layers[5].p * 6));
  EXPECT_NE(hf.layers[5].mean_delta, block.layers[5].mean_delta);
  EXPECT_EQ(hf.ripple.late_delta, (hf.layers[4].mean_delta + hf.layers[5].mean_delta) / 2);
  EXPECT_NE(hf.ripple.growth, block.ripple.growth);
  EXPECT_EQ(hf.trajectory.final_mean, hf.trajectory.final_norm_mean);
  EXPECT_NE(block.trajectory.final_mean, block.trajectory.final_norm_mean);
}

TEST(LateError, IsTheDyadicTestsOwn) {
  TinyModelOptions four_blocks = six_blocks();
  four_blocks.n_layer = 4;  // one late block
  const TinyModel tiny(four_blocks);
  SilenceOptions options;
  options.tests_beside = {tacet::Test::dyadic};
  for (const bool exclude_first : {false, true}) {
    options.exclude_first = exclude_first;
    const SilenceResult result =
        silence(tiny.model, random_prompt(9), {{{1, 0}}, {4}, {}}, options);
    ASSERT_TRUE(result.ripple.late_se.has_value());
    EXPECT_EQ(result.ripple.late_se, result.layers.back().tests.at(1).se);
  }
  // With three tokens the dyadic test has no error.
  EXPECT_FALSE(silence(tiny.model, random_prompt(3), {{{1, 0}}, {}, {}}).ripple.late_se);
}

TEST(LateError, IsOfTheMeanOverTheLateBlocksThatTheCutReaches) {
  const TinyModel tiny(six_blocks());  // blocks 4 and 5 are late
  SilenceOptions options;
  options.tests_beside = {tacet::Test::dyadic};
  const SilenceResult both = silence(tiny.model, random_prompt(9), {{{0, 0}}, {}, {}}, options);
  // The error of a mean of two is no sum of theirs, but lies between |a - b| / 2 and (a + b) / 2.
  const double a = *both.layers[4].tests.at(1).se;
  const double b = *both.layers[5].tests.at(1).se;
  EXPECT_LE(*both.ripple.late_se, (a + b) / 2 * (1 + 1e-9));
  EXPECT_GE(*both.ripple.late_se, std::abs(a - b) / 2);
  const SilenceResult last = silence(tiny.model, random_prompt(9), {{{5, 0}}, {}, {}}, options);
  EXPECT_EQ(last.ripple.late_se, last.layers[5].tests.at(1).se);
}

TEST(FinalNorm, IsTestedAloneAtAlpha) {
  const TinyModel tiny(six_blocks());
  int significant = 0;
  for (int head = 0; head < 4; ++head) {
    const SilenceResult result = silence(tiny.model, random_prompt(8), {{{1, head}}, {}, {}});
    const LayerEffect& row = *result.final_norm;
    EXPECT_FALSE(row.p_adjusted.has_value());
    EXPECT_EQ(row.significant, *row.p < 0.05);
    significant += row.significant ? 1 : 0;
  }
  EXPECT_GT(significant, 0);
}

TEST(Result, CarriesWhatWasAsked) {
  const TinyModel tiny(six_blocks());
  SilenceOptions options;
  options.pairs = PairsKind::all;
  options.cosine = Cosine::centred;
  options.exclude_first = true;
  options.test = tacet::Test::independent;
  options.correction = Correction::holm;
  options.alpha = 0.1;
  const Prompt prompt = random_prompt(7);
  const Intervention cut{{{2, 0}, {4, 1}}, {1, 3}, {0.5F}};
  const SilenceResult result = silence(tiny.model, prompt, cut, options);
  EXPECT_EQ(result.intervention, cut);
  EXPECT_EQ(testing::ids_in(result.prompt), testing::ids_in(prompt));
  EXPECT_EQ(result.pairs, PairsKind::all);
  EXPECT_EQ(result.cosine, Cosine::centred);
  EXPECT_TRUE(result.exclude_first);
  EXPECT_EQ(result.test.name, tacet::Test::independent);
  EXPECT_EQ(result.test.correction, Correction::holm);
  EXPECT_EQ(result.test.alpha, 0.1);
  EXPECT_EQ(result.ripple.cut_layer, 2);
  EXPECT_EQ(result.values_changed, 2 * 2 * 8);
}

TEST(KeepStates, KeepsThoseOfTheForwardPass) {
  const TinyModel tiny(six_blocks());
  const Prompt prompt = random_prompt(7);
  const Intervention cut{{{2, 0}}, {3}, {}};
  SilenceOptions options;
  EXPECT_TRUE(silence(tiny.model, prompt, cut, options).clean.data().empty());
  options.keep_states = true;
  const SilenceResult result = silence(tiny.model, prompt, cut, options);
  const ForwardResult expected = forward(tiny.model, testing::ids_in(prompt), {&cut, 1});
  EXPECT_TRUE(testing::same_bits(result.clean.data(), expected.clean.data()));
  EXPECT_TRUE(testing::same_bits(result.silenced.data(), expected.silenced[0].data()));
}

TEST(Progress, CountsUpOnTheCallingThreadAndMayStop) {
  struct Stop {};
  const TinyModel tiny(six_blocks());
  std::vector<int> done;
  SilenceOptions options;
  options.threads = 2;
  options.progress = [&, caller = std::this_thread::get_id()](int step, int total) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    EXPECT_EQ(total, 7);
    done.push_back(step);
  };
  silence(tiny.model, random_prompt(5), {{{0, 0}}, {}, {}}, options);
  EXPECT_THAT(done, ElementsAre(1, 2, 3, 4, 5, 6, 7));
  options.progress = [](int step, int) {
    if (step == 3) throw Stop();
  };
  EXPECT_THROW(silence(tiny.model, random_prompt(5), {{{0, 0}}, {}, {}}, options), Stop);
}

TEST(Names, AreThoseOfTheCommandLine) {
  EXPECT_EQ(to_string(StatesKind::block), "block");
  EXPECT_EQ(to_string(StatesKind::hf), "hf");
  EXPECT_EQ(to_string(Family::blocks), "blocks");
  EXPECT_EQ(to_string(Family::reachable), "reachable");
  EXPECT_EQ(to_string(Family::sweep), "sweep");
  EXPECT_EQ(to_string(PairsKind::movable), "movable");
  EXPECT_EQ(to_string(PairsKind::all), "all");
  EXPECT_EQ(to_string(Cosine::raw), "raw");
  EXPECT_EQ(to_string(Cosine::centred), "centred");
  EXPECT_EQ(to_string(Cosine::standardised), "standardised");
  EXPECT_EQ(to_string(Cosine::no_rogue), "no-rogue");
  EXPECT_EQ(to_string(Effect::none), "none");
  EXPECT_EQ(to_string(Effect::coupling), "coupling");
  EXPECT_EQ(to_string(Effect::decoupling), "decoupling");
  EXPECT_EQ(to_string(Effect::unchanged), "unchanged");
}

}  // namespace result_test
}  // namespace tacet
