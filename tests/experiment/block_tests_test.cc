// The tests beside the study's own: that they see the experiment's states, and what becomes of the
// verdict.
#include "experiment/block_tests.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiment/prompts.h"
#include "support/tiny_model.h"
#include "tacet/error.h"
#include "tacet/silence.h"
#include "tacet/sweep.h"

namespace tacet {
namespace block_tests_test {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::random_prompt;
using ::testing::StartsWith;
using testing::TinyModel;
using testing::TinyModelOptions;

constexpr double kRounding = 1e-12;

TinyModelOptions four_blocks() {
  TinyModelOptions options;
  options.n_layer = 4;
  options.n_head = 4;
  options.d_model = 32;
  return options;
}

SilenceOptions all_tests() {
  SilenceOptions options;
  options.tests_beside.assign(kAllTests.begin(), kAllTests.end());
  return options;
}

const TestResult& of(const LayerEffect& row, tacet::Test test) {
  return *std::ranges::find(row.tests, test, &TestResult::name);
}

TEST(TestsBeside, StandInOrderAndChangeNothingElse) {
  const TinyModel tiny(four_blocks());
  const Prompt prompt = random_prompt(9);
  const Intervention cut = {{{1, 2}}, {}, {}};
  const SilenceResult plain = silence(tiny.model, prompt, cut);
  const SilenceResult all = silence(tiny.model, prompt, cut, all_tests());
  for (std::size_t i = 0; i < plain.layers.size(); ++i) {
    const LayerEffect& row = all.layers[i];
    EXPECT_THAT(plain.layers[i].tests, IsEmpty());
    EXPECT_EQ(row.p_adjusted, plain.layers[i].p_adjusted);
    EXPECT_EQ(row.effect, plain.layers[i].effect);
    ASSERT_EQ(row.tests.size(), kAllTests.size());
    for (std::size_t k = 0; k < kAllTests.size(); ++k) EXPECT_EQ(row.tests[k].name, kAllTests[k]);
    EXPECT_EQ(row.tests[0].p, row.p);
    EXPECT_EQ(row.tests[0].p_adjusted, row.p_adjusted);
    EXPECT_EQ(row.tests[0].significant, row.significant);
  }
}

TEST(TestsBeside, EachDecidesAsItStandsBeside) {
  const TinyModel tiny(four_blocks());
  const Prompt prompt = random_prompt(9);
  const Intervention cut = {{{1, 2}}, {}, {}};
  const SilenceResult all = silence(tiny.model, prompt, cut, all_tests());
  for (const tacet::Test test : kAllTests) {
    SilenceOptions options;
    options.test = test;
    const SilenceResult alone = silence(tiny.model, prompt, cut, options);
    EXPECT_EQ(alone.test.name, test);
    for (std::size_t i = 0; i < all.layers.size(); ++i) {
      const TestResult& beside = of(all.layers[i], test);
      EXPECT_EQ(alone.layers[i].t, beside.statistic) << to_string(test);
      EXPECT_EQ(alone.layers[i].p, beside.p) << to_string(test);
      EXPECT_EQ(alone.layers[i].p_adjusted, beside.p_adjusted) << to_string(test);
      EXPECT_EQ(alone.layers[i].significant, beside.significant) << to_string(test);
      EXPECT_EQ(alone.layers[i].ci_low, beside.ci_low) << to_string(test);
    }
    EXPECT_EQ(alone.final_norm->p, of(*all.final_norm, test).p) << to_string(test);
  }
}

TEST(TestsBeside, UnchangedBlocksHaveNoNumbers) {
  const TinyModel tiny(four_blocks());
  const SilenceResult result =
      silence(tiny.model, random_prompt(8), {{{2, 1}}, {}, {}}, all_tests());
  for (std::size_t i = 0; i < 2; ++i) {
    for (const TestResult& test : result.layers[i].tests) {
      EXPECT_FALSE(test.statistic || test.p || test.p_adjusted || test.ci_low || test.significant);
      EXPECT_EQ(test.note, "");
    }
  }
}

TEST(TestsBeside, NullMeansNull) {
  const TinyModel tiny(four_blocks());
  const SilenceResult result =
      silence(tiny.model, random_prompt(8), {{{1, 1}}, {}, {1.0F}}, all_tests());
  for (const LayerEffect& row : result.layers) {
    EXPECT_EQ(row.effect, Effect::unchanged);
    for (const TestResult& test : row.tests) EXPECT_FALSE(test.p || test.significant);
  }
  EXPECT_EQ(describe_standing(result), "");
}

TEST(TokenSwap, SumsToTheChangeOfAllPairsWithEveryCosine) {
  const TinyModel tiny(four_blocks());
  for (const Cosine cosine :
       {Cosine::raw, Cosine::centred, Cosine::standardised, Cosine::no_rogue}) {
    for (const bool exclude_first : {false, true}) {
      SilenceOptions options = all_tests();
      options.cosine = cosine;
      options.rogue_dimensions = cosine == Cosine::no_rogue ? 3 : 0;
      options.exclude_first = exclude_first;
      const SilenceResult result =
          silence(tiny.model, random_prompt(9), {{{1, 0}}, {}, {}}, options);
      const LayerEffect& row = result.layers.back();
      const TestResult& swap = of(row, tacet::Test::token_swap);
      ASSERT_EQ(swap.token_share.size(), exclude_first ? 8U : 9U);
      EXPECT_NEAR(std::accumulate(swap.token_share.begin(), swap.token_share.end(), 0.0), 1,
                  kRounding);
      // Statistic = sum / sqrt(sum of squares), and the shares are the parts over the sum.
      double squares = 0;
      for (const double share : swap.token_share) squares += share * share;
      const double sum = row.mean_delta * static_cast<double>(row.n_pairs);
      EXPECT_NEAR(*swap.statistic, std::copysign(1 / std::sqrt(squares), sum), 1e-9);
    }
  }
}

TEST(TokenSwap, TakesItsOwnMaximumOverTheBlocks) {
  const TinyModel tiny(four_blocks());
  for (const Correction correction : {Correction::bonferroni, Correction::holm, Correction::bh}) {
    SilenceOptions options;
    options.test = tacet::Test::token_swap;
    options.correction = correction;
    const SilenceResult result = silence(tiny.model, random_prompt(9), {{{1, 0}}, {}, {}}, options);
    EXPECT_FALSE(result.test.threshold);
    for (const LayerEffect& row : result.layers) {
      if (!row.p) continue;
      EXPECT_GE(*row.p_adjusted, *row.p);
      EXPECT_GE(*row.p, std::ldexp(1.0, -8));
      // Max-T pays for three blocks at most, and less than Bonferroni for four.
      if (correction != Correction::bh) {
        EXPECT_LE(*row.p_adjusted, 3 * *row.p + kRounding);
      }
    }
  }
}

TEST(TokenSwap, CannotSpeakOfACutAtTheLastToken) {
  const TinyModel tiny(four_blocks());
  const SilenceResult result =
      silence(tiny.model, random_prompt(9), {{{1, 0}}, {8}, {}}, all_tests());
  for (const LayerEffect& row : result.layers) {
    if (row.effect == Effect::unchanged) continue;
    EXPECT_EQ(of(row, tacet::Test::token_swap).p, 1.0);
    EXPECT_THAT(of(row, tacet::Test::token_swap).note, HasSubstr("only one token moved"));
    EXPECT_THAT(of(row, tacet::Test::dyadic).note, HasSubstr("share one token"));
  }
}

TEST(TokenSwap, OfASweepIsThatOfSilence) {
  const TinyModel tiny(four_blocks());
  const Prompt prompt = random_prompt(10);
  SweepOptions options;
  options.silence.test = tacet::Test::token_swap;
  std::vector<SweepPrompt> prompts = {{prompt, {}}};
  for (int head = 0; head < 4; ++head) prompts[0].interventions.push_back({{{1, head}}, {}, {}});
  std::vector<SilenceResult> swept(4);
  SweepSink sink;
  sink.trajectory = [](std::size_t, const TrajectoryResult&) {};
  sink.result = [&](std::size_t, std::size_t index, const SilenceResult& result) {
    swept[index] = result;
  };
  sweep(tiny.model, prompts, options, sink);
  for (std::size_t i = 0; i < swept.size(); ++i) {
    const SilenceResult alone =
        silence(tiny.model, prompt, prompts[0].interventions[i], options.silence);
    for (std::size_t layer = 0; layer < alone.layers.size(); ++layer) {
      EXPECT_EQ(swept[i].layers[layer].p, alone.layers[layer].p);
      EXPECT_EQ(swept[i].layers[layer].p_adjusted, alone.layers[layer].p_adjusted);
    }
  }
}

/// A result whose deciding test calls `significant` blocks and whose token-swap calls `standing`.
SilenceResult made(int significant, int standing, const std::string& note) {
  SilenceResult result;
  for (int layer = 0; layer < 4; ++layer) {
    LayerEffect row;
    row.layer = layer;
    row.significant = layer < significant;
    TestResult own;
    TestResult swap;
    swap.name = tacet::Test::token_swap;
    swap.p = 0.01;
    swap.significant = layer < standing;
    swap.note = note;
    row.tests = {own, swap};
    result.layers.push_back(row);
  }
  return result;
}

TEST(DescribeStanding, SaysWhatIsLeft) {
  EXPECT_THAT(describe_standing(made(3, 3, "")), StartsWith("It stands up: all 3"));
  EXPECT_THAT(describe_standing(made(3, 1, "")), StartsWith("It stands up in part: 1 of the 3"));
  EXPECT_THAT(describe_standing(made(3, 0, "")), StartsWith("It does not stand up: of the 3"));
  EXPECT_THAT(describe_standing(made(0, 0, "")), StartsWith("Nothing here is significant"));
  EXPECT_THAT(describe_standing(made(2, 0, "only 4 tokens moved")),
              HasSubstr("cannot be said by the token-swap test: only 4 tokens moved"));
  EXPECT_EQ(describe_standing(SilenceResult{}), "");
}

}  // namespace block_tests_test
}  // namespace tacet
