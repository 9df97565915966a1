// The edge rules of the experiment, one by one.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiment/prompts.h"
#include "support/tiny_model.h"
#include "tacet/error.h"
#include "tacet/silence.h"

namespace tacet {
namespace rules_test {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::prompt_of;
using testing::random_prompt;
using testing::TinyModel;
using testing::TinyModelOptions;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TinyModelOptions six_blocks() {
  TinyModelOptions options;
  options.n_layer = 6;
  options.n_head = 4;
  options.d_model = 32;
  return options;
}

/// The text of the error of type E that the call ends with.
template <typename E, typename Call>
std::string error_of(const Call& call) {
  try {
    call();
  } catch (const E& error) {
    return error.what();
  } catch (const std::exception& error) {
    return std::string("another error: ") + error.what();
  }
  return "no error";
}

void expect_unchanged(const LayerEffect& row) {
  EXPECT_EQ(row.effect, Effect::unchanged);
  EXPECT_FALSE(row.significant);
  EXPECT_FALSE(row.t || row.df || row.p || row.p_adjusted || row.cohen_dz || row.ci_low ||
               row.ci_high);
  EXPECT_EQ(row.mean_delta, 0);
  EXPECT_EQ(row.sd_delta, 0);
  EXPECT_EQ(row.mean_silenced, row.mean_clean);
  EXPECT_EQ(row.direct_mean_delta, 0);
  EXPECT_EQ(row.perturbation, 0);
  EXPECT_EQ(row.perturbation_absolute, 0);
  EXPECT_EQ(row.norm_ratio, 1);
  EXPECT_EQ(row.mean_distance_silenced, row.mean_distance_clean);
  EXPECT_EQ(row.effective_rank_silenced, row.effective_rank_clean);
  EXPECT_EQ(row.cka, 1.0);
  EXPECT_EQ(row.rank_correlation, 1.0);
}

TEST(Unchanged, BlocksBelowTheCutHaveNoTest) {
  const TinyModel tiny(six_blocks());
  for (const Family family : {Family::blocks, Family::reachable, Family::sweep}) {
    SilenceOptions options;
    options.family = family;
    const SilenceResult result = silence(tiny.model, random_prompt(8), {{{3, 1}}, {}, {}}, options);
    for (int layer = 0; layer < 6; ++layer) {
      const LayerEffect& row = result.layers[static_cast<std::size_t>(layer)];
      if (layer < 3) {
        expect_unchanged(row);
      } else {
        EXPECT_NE(row.effect, Effect::unchanged) << layer;
        EXPECT_GT(row.perturbation, 0) << layer;
      }
    }
    EXPECT_EQ(result.values_changed, 8 * 8);
  }
}

TEST(Unchanged, TheNullInterventionChangesNothingAtAll) {
  const TinyModel tiny(six_blocks());
  for (const tacet::Test test : {tacet::Test::paired, tacet::Test::independent}) {
    for (const StatesKind states : {StatesKind::block, StatesKind::hf}) {
      SilenceOptions options;
      options.test = test;
      options.states = states;
      const SilenceResult result =
          silence(tiny.model, random_prompt(8), {{{1, 1}, {2, 0}}, {}, {1.0F}}, options);
      for (const LayerEffect& row : result.layers) expect_unchanged(row);
      if (result.final_norm) expect_unchanged(*result.final_norm);
      EXPECT_EQ(result.values_changed, 0);
      EXPECT_FALSE(result.ripple.onset || result.ripple.persistence || result.ripple.growth ||
                   result.ripple.growth_absolute || result.ripple.late_se);
      EXPECT_EQ(result.ripple.late_delta, 0);
      EXPECT_EQ(result.ripple.sign_changes, 0);
      EXPECT_TRUE(result.effect_depends_on_first.empty());
    }
  }
}

/// Two equal tokens in front, told apart by nothing: whatever happens to the third changes both of
/// its pairs by the same amount.
TinyModelOptions without_positions() {
  TinyModelOptions options = six_blocks();
  options.edit = testing::fill_zero({"wpe.weight"});
  return options;
}

TEST(EqualDeltas, GiveAnInfiniteTAndNoSpread) {
  const TinyModel tiny(without_positions());
  const std::vector<std::int32_t> ids = {5, 5, 7};
  for (const tacet::Test test : {tacet::Test::paired, tacet::Test::independent}) {
    SilenceOptions options;
    options.test = test;
    const SilenceResult result = silence(tiny.model, prompt_of(ids), {{{1, 1}}, {2}, {}}, options);
    for (std::size_t layer = 1; layer < 6; ++layer) {
      const LayerEffect& row = result.layers[layer];
      EXPECT_EQ(row.n_pairs, 2);
      EXPECT_NE(row.mean_delta, 0);
      EXPECT_EQ(row.sd_delta, 0);
      EXPECT_EQ(row.t, row.mean_delta > 0 ? kInfinity : -kInfinity);
      EXPECT_EQ(row.cohen_dz, row.t);
      EXPECT_EQ(row.p, 0);
      EXPECT_EQ(row.p_adjusted, 0);
      EXPECT_TRUE(row.significant);
      EXPECT_EQ(row.effect, row.mean_delta > 0 ? Effect::coupling : Effect::decoupling);
      EXPECT_EQ(row.ci_low, row.mean_delta);
      EXPECT_EQ(row.ci_high, row.mean_delta);
    }
  }
}

TEST(Tokens, AtLeastThreeTakePartInPairs) {
  const TinyModel tiny(six_blocks());
  const Intervention cut{{{0, 0}}, {}, {}};
  SilenceOptions without_first;
  without_first.exclude_first = true;
  const auto error = [&](int n_tokens, const SilenceOptions& options) {
    return error_of<InputError>(
        [&] { silence(tiny.model, random_prompt(n_tokens), cut, options); });
  };
  EXPECT_THAT(error(0, {}), HasSubstr("no tokens"));
  EXPECT_THAT(error(1, {}), AllOf(HasSubstr("1 token,"), HasSubstr("at least 3")));
  EXPECT_THAT(error(2, {}), AllOf(HasSubstr("2 tokens"), HasSubstr("at least 3")));
  EXPECT_EQ(error(3, {}), "no error");
  EXPECT_THAT(error(3, without_first), AllOf(HasSubstr("3 tokens"), HasSubstr("excluded")));
  EXPECT_EQ(error(4, without_first), "no error");
  EXPECT_THAT(error(17, {}), HasSubstr("16 positions"));
  EXPECT_THAT(error_of<InputError>([&] { trajectory(tiny.model, random_prompt(2)); }),
              HasSubstr("at least 3"));
}

TEST(Options, AlphaLiesBetweenZeroAndOne) {
  const TinyModel tiny(six_blocks());
  for (const double alpha : {0.0, 1.0, -0.1, 2.0, std::nan("")}) {
    SilenceOptions options;
    options.alpha = alpha;
    EXPECT_THAT(error_of<UsageError>([&] {
                  silence(tiny.model, random_prompt(5), {{{0, 0}}, {}, {}}, options);
                }),
                HasSubstr("alpha"));
  }
}

TEST(Options, WhatTheEngineRefusesIsRefusedBeforeItRuns) {
  const TinyModel tiny(six_blocks());
  const auto run = [&](const Prompt& prompt, const Intervention& cut, int threads) {
    SilenceOptions options;
    options.threads = threads;
    options.progress = [](int, int) { FAIL() << "the pass has begun"; };
    silence(tiny.model, prompt, cut, options);
  };
  const Prompt prompt = random_prompt(5);
  EXPECT_THROW(run(prompt, {{{6, 0}}, {}, {}}, 1), UsageError);
  EXPECT_THROW(run(prompt, {{}, {}, {}}, 1), UsageError);
  EXPECT_THROW(run(prompt, {{{0, 0}}, {5}, {}}, 1), UsageError);
  EXPECT_THROW(run(prompt_of(std::vector<std::int32_t>{1, 2, 32}), {{{0, 0}}, {}, {}}, 1),
               UsageError);
  EXPECT_THROW(run(prompt, {{{0, 0}}, {}, {}}, -2), UsageError);
}

TEST(ZeroNorm, OfAnEmbeddingIsAnErrorThatNamesThePosition) {
  TinyModelOptions options = without_positions();
  options.edit = [](testing::MadeTensor& tensor) {
    if (tensor.name == "wpe.weight") tensor.values.assign(tensor.values.size(), 0.0F);
    if (tensor.name == "wte.weight") std::fill_n(tensor.values.begin() + 4 * 32, 32, 0.0F);
  };
  const TinyModel tiny(options);
  const Prompt prompt = prompt_of(std::vector<std::int32_t>{1, 2, 4, 3});
  const auto text = error_of<NumericError>([&] {
    silence(tiny.model, prompt, {{{0, 0}}, {}, {}});
  });
  EXPECT_THAT(text, AllOf(HasSubstr("token 2 "), HasSubstr("embedding"), HasSubstr("norm 0")));
  EXPECT_THAT(error_of<NumericError>([&] { trajectory(tiny.model, prompt); }),
              HasSubstr("token 2 "));
}

TEST(ZeroNorm, OfABlockIsAnErrorThatNamesBlockAndPosition) {
  // Block 2 adds nothing but a constant: minus what the stream holds for token id 4, which the
  // blocks before it, silent too, have left as it was.
  TinyModelOptions options = six_blocks();
  std::vector<float> vector;
  options.edit = [&vector](testing::MadeTensor& tensor) {
    if (tensor.name == "wpe.weight" || tensor.name.find("c_proj") != std::string::npos) {
      tensor.values.assign(tensor.values.size(), 0.0F);
    }
    if (tensor.name == "wte.weight") {
      vector.assign(tensor.values.begin() + 4 * 32, tensor.values.begin() + 5 * 32);
    }
    if (tensor.name == "h.2.mlp.c_proj.bias") {
      for (std::size_t i = 0; i < 32; ++i) tensor.values[i] = -vector[i];
    }
  };
  const TinyModel tiny(options);
  EXPECT_THAT(
      error_of<NumericError>([&] {
        silence(tiny.model, prompt_of(std::vector<std::int32_t>{1, 4, 2}), {{{0, 0}}, {}, {}});
      }),
      AllOf(HasSubstr("clean state of token 1 "), HasSubstr("block 2 (hidden_states[3])")));
}

TEST(ZeroNorm, OfACentredStateIsAnError) {
  const TinyModel tiny(without_positions());
  SilenceOptions options;
  options.cosine = Cosine::centred;
  // Equal tokens, told apart by nothing, are all at their own mean.
  EXPECT_THAT(error_of<NumericError>([&] {
                silence(tiny.model, prompt_of(std::vector<std::int32_t>{5, 5, 5, 5}),
                        {{{0, 0}}, {}, {}}, options);
              }),
              AllOf(HasSubstr("centred"), HasSubstr("token 0 ")));
}

TEST(Threshold, IsAlphaOverTheFamilyForBonferroniAlone) {
  const TinyModel tiny(six_blocks());
  const auto test_of = [&](Correction correction, Family family) {
    SilenceOptions options;
    options.alpha = 0.01;
    options.correction = correction;
    options.family = family;
    return silence(tiny.model, random_prompt(5), {{{2, 1}}, {}, {}}, options).test;
  };
  EXPECT_EQ(test_of(Correction::bonferroni, Family::blocks).threshold, 0.01 / 6);
  EXPECT_EQ(test_of(Correction::bonferroni, Family::reachable).threshold, 0.01 / 4);
  EXPECT_EQ(test_of(Correction::bonferroni, Family::sweep).threshold, 0.01 / (4 * 21));
  EXPECT_EQ(test_of(Correction::none, Family::blocks).threshold, 0.01);
  EXPECT_EQ(test_of(Correction::holm, Family::blocks).threshold, std::nullopt);
  EXPECT_EQ(test_of(Correction::bh, Family::sweep).threshold, std::nullopt);
  EXPECT_EQ(test_of(Correction::bh, Family::sweep).family_size, 84);
}

TEST(Pairs, ThoseThatCannotMoveAreLeftOut) {
  const TinyModel tiny(six_blocks());
  const auto n_pairs = [&](std::vector<int> positions, PairsKind kind, bool exclude_first) {
    SilenceOptions options;
    options.pairs = kind;
    options.exclude_first = exclude_first;
    const SilenceResult result =
        silence(tiny.model, random_prompt(6), {{{1, 0}}, std::move(positions), {}}, options);
    for (const LayerEffect& row : result.layers) {
      EXPECT_EQ(row.n_pairs, result.final_norm->n_pairs);
    }
    return result.final_norm->n_pairs;
  };
  EXPECT_EQ(n_pairs({}, PairsKind::movable, false), 15);
  EXPECT_EQ(n_pairs({}, PairsKind::movable, true), 10);
  EXPECT_EQ(n_pairs({4}, PairsKind::movable, false), 9);
  EXPECT_EQ(n_pairs({4, 5}, PairsKind::movable, true), 7);
  EXPECT_EQ(n_pairs({5}, PairsKind::movable, false), 5);
  EXPECT_EQ(n_pairs({4}, PairsKind::all, false), 15);
  EXPECT_EQ(n_pairs({4}, PairsKind::all, true), 10);
}

TEST(ExcludeFirst, TheVerdictSaysWhereItChangesTheEffect) {
  TinyModelOptions options = six_blocks();
  options.sink = true;
  const TinyModel tiny(options);
  SilenceOptions without_first;
  without_first.exclude_first = true;
  std::size_t changed = 0;
  for (int layer = 0; layer < 6; ++layer) {
    for (int head = 0; head < 4; ++head) {
      const Intervention cut{{{layer, head}}, {}, {}};
      const SilenceResult with = silence(tiny.model, random_prompt(12), cut);
      const SilenceResult without = silence(tiny.model, random_prompt(12), cut, without_first);
      std::vector<int> expected;
      for (std::size_t block = 0; block < 6; ++block) {
        if (with.layers[block].effect != without.layers[block].effect) {
          expected.push_back(static_cast<int>(block));
        }
      }
      EXPECT_EQ(with.effect_depends_on_first, expected) << layer << '.' << head;
      EXPECT_EQ(without.effect_depends_on_first, expected) << layer << '.' << head;
      changed += expected.size();
    }
  }
  EXPECT_GT(changed, 0U) << "a sink that changes no verdict tests nothing";
}

TEST(ExcludeFirst, IsNotComparedWhereTooFewTokensWouldBeLeft) {
  const TinyModel tiny(six_blocks());
  const SilenceResult result = silence(tiny.model, random_prompt(3), {{{0, 0}}, {}, {}});
  EXPECT_TRUE(result.effect_depends_on_first.empty());
}

}  // namespace rules_test
}  // namespace tacet
