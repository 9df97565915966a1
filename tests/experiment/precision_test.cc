// How much of a result is arithmetic: the experiment in double, and the noise floors.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiment/prompts.h"
#include "support/tiny_model.h"
#include "support/twin.h"
#include "tacet/error.h"
#include "tacet/export.h"
#include "tacet/prompt.h"
#include "tacet/sweep.h"
#include "tacet/tokenizer.h"

namespace tacet {
namespace precision_test {

using ::testing::HasSubstr;
using testing::TinyModel;
using testing::TinyModelOptions;
using testing::TwinResult;
using testing::TwinRow;

TinyModelOptions shape() {
  TinyModelOptions options;
  options.n_layer = 5;
  options.n_head = 4;
  options.d_model = 32;
  return options;
}

const Model& mini() {
  static const Model model = Model::mini();
  return model;
}

Prompt mini_prompt() {
  const Tokenizer tokenizer = Tokenizer::mini();
  return make_prompt(tokenizer, "I told my friend that pineapple on pizza is a crime.");
}

SilenceOptions in_double() {
  SilenceOptions options;
  options.precision = Precision::float64;
  return options;
}

std::string without_time(SilenceResult result, const Model& model) {
  result.timing = {};
  return to_json(result, model);
}

void expect_row(const LayerEffect& row, const TwinRow& twin) {
  constexpr double kTolerance = 1e-11;
  EXPECT_NEAR(row.mean_clean, twin.mean_clean, kTolerance);
  EXPECT_NEAR(row.mean_silenced, twin.mean_silenced, kTolerance);
  EXPECT_NEAR(row.mean_delta, twin.mean_delta, kTolerance);
  EXPECT_NEAR(row.sd_delta, twin.sd_delta, kTolerance);
  EXPECT_NEAR(row.direct_mean_delta, twin.direct_mean_delta, kTolerance);
  EXPECT_NEAR(row.perturbation, twin.perturbation, kTolerance);
  EXPECT_NEAR(row.norm_ratio, twin.norm_ratio, kTolerance);
  EXPECT_NEAR(row.effective_rank_silenced, twin.effective_rank_silenced, 1e-9);
  ASSERT_EQ(row.t.has_value(), twin.t.has_value());
  if (row.t) {
    EXPECT_NEAR(*row.t, *twin.t, 1e-7 * std::abs(*twin.t));
  }
}

TEST(Double, EveryNumberIsThatOfTheDefinitions) {
  const TinyModel tiny(shape());
  const Prompt prompt = testing::random_prompt(9);
  for (const StatesKind states : {StatesKind::block, StatesKind::hf}) {
    for (const Intervention& one :
         {Intervention{{{1, 2}}, {}, {}}, Intervention{{{0, 3}, {2, 1}}, {}, {0.5F}},
          Intervention{{{2, 0}}, {3, 7}, {}}, Intervention{{{4, 3}}, {}, {}}}) {
      SilenceOptions options = in_double();
      options.states = states;
      options.threads = 2;
      const SilenceResult result = silence(tiny.model, prompt, one, options);
      const TwinResult twin = testing::twin_silence(testing::Reference(tiny.model),
                                                    testing::ids_in(prompt), one, options);
      ASSERT_EQ(result.layers.size(), twin.layers.size());
      for (std::size_t i = 0; i < twin.layers.size(); ++i) {
        expect_row(result.layers[i], twin.layers[i]);
      }
      ASSERT_EQ(result.final_norm.has_value(), twin.final_norm.has_value());
      if (result.final_norm) expect_row(*result.final_norm, *twin.final_norm);
      EXPECT_NEAR(result.trajectory.embedding_mean, twin.embedding_mean, 1e-12);
      ASSERT_EQ(result.ripple.growth.has_value(), twin.growth.has_value());
      if (twin.growth) {
        EXPECT_NEAR(*result.ripple.growth, *twin.growth, 1e-9);
      }
    }
  }
}

TEST(Double, TheNoiseFloorIsTheDistanceOfTheTwoMeans) {
  const TinyModel tiny(shape());
  const Prompt prompt = testing::random_prompt(9);
  const Intervention one{{{1, 2}}, {}, {}};
  const SilenceResult plain = silence(tiny.model, prompt, one);
  const SilenceResult result = silence(tiny.model, prompt, one, in_double());
  EXPECT_EQ(result.precision, Precision::float64);
  EXPECT_EQ(result.values_changed, plain.values_changed);
  for (std::size_t i = 0; i < result.layers.size(); ++i) {
    EXPECT_FALSE(plain.layers[i].noise_floor.has_value());
    EXPECT_FALSE(plain.layers[i].near_noise.has_value());
    EXPECT_EQ(result.layers[i].noise_floor,
              std::abs(result.layers[i].mean_delta - plain.layers[i].mean_delta));
    EXPECT_TRUE(result.layers[i].near_noise.has_value());
  }
  EXPECT_TRUE(result.final_norm->noise_floor.has_value());
}

TEST(Double, OfTheEmbeddedModelTheFloorLiesFarBelowTheEffects) {
  const SilenceResult result = silence(mini(), mini_prompt(), {{{3, 5}}, {}, {}}, in_double());
  double largest = 0;
  double effect = 0;
  for (const LayerEffect& row : result.layers) {
    largest = std::max(largest, *row.noise_floor);
    effect = std::max(effect, std::abs(row.mean_delta));
    if (row.layer < 3) {
      EXPECT_EQ(row.noise_floor, 0.0);
    }
  }
  EXPECT_GT(largest, 0);
  EXPECT_LT(largest, 1e-6);
  EXPECT_GT(effect, 100 * largest);
}

TEST(Double, NullMeansNull) {
  const SilenceResult result = silence(mini(), mini_prompt(), {{{2, 1}}, {}, {1.0F}}, in_double());
  for (const LayerEffect& row : result.layers) {
    EXPECT_EQ(row.effect, Effect::unchanged);
    EXPECT_EQ(row.mean_delta, 0);
    EXPECT_EQ(row.noise_floor, 0.0);
    EXPECT_EQ(row.near_noise, false);
  }
}

TEST(Double, TheBitsDoNotDependOnTheThreads) {
  const TinyModel tiny(shape());
  const Prompt prompt = testing::random_prompt(7);
  SilenceOptions options = in_double();
  options.threads = 1;
  const Intervention one{{{1, 2}}, {}, {}};
  const std::string expected = without_time(silence(tiny.model, prompt, one, options), tiny.model);
  for (const int threads : {2, 5}) {
    options.threads = threads;
    EXPECT_EQ(without_time(silence(tiny.model, prompt, one, options), tiny.model), expected);
  }
}

TEST(Double, TheProgressReachesItsEndAndTheStatesAreKept) {
  const TinyModel tiny(shape());
  SilenceOptions options = in_double();
  options.keep_states = true;
  int last = 0;
  int end = 0;
  options.progress = [&](int done, int total) {
    EXPECT_EQ(done, last + 1);
    last = done;
    end = total;
  };
  const Prompt prompt = testing::random_prompt(7);
  const SilenceResult result = silence(tiny.model, prompt, {{{1, 2}}, {}, {}}, options);
  EXPECT_EQ(last, end);
  ASSERT_EQ(result.clean.n_layer(), 5);
  const auto reference = testing::Reference(tiny.model).run(testing::ids_in(prompt));
  EXPECT_EQ(result.clean.state(5)[3], static_cast<float>(reference.state(5)[3]));
}

/// Results of a sweep over all heads and two special ones, in order.
std::vector<SilenceResult> swept(const Model& model, const Prompt& prompt,
                                 const SweepOptions& options) {
  std::vector<Intervention> asked =
      parse_heads("all", model.config().n_layer, model.config().n_head);
  asked.push_back({{{1, 0}}, {}, {1.0F}});
  asked.push_back({{{1, 0}}, {4}, {0.5F}});
  const std::vector<SweepPrompt> prompts = {{.prompt = prompt, .interventions = asked}};
  std::vector<SilenceResult> found;
  sweep(model, prompts, options,
        {.trajectory = [](std::size_t, const TrajectoryResult&) {},
         .result = [&](std::size_t, std::size_t,
                       const SilenceResult& result) { found.push_back(result); }});
  return found;
}

TEST(SweepNoise, LeavesAllOtherNumbersAndFillsTheFloor) {
  const TinyModel tiny(shape());
  const Prompt prompt = testing::random_prompt(9);
  SweepOptions options;
  const std::vector<SilenceResult> plain = swept(tiny.model, prompt, options);
  options.noise_draws = kNoiseDraws;
  std::vector<SilenceResult> noisy = swept(tiny.model, prompt, options);
  ASSERT_EQ(noisy.size(), plain.size());
  for (std::size_t k = 0; k < noisy.size(); ++k) {
    std::vector<LayerEffect*> rows = {&*noisy[k].final_norm};
    for (LayerEffect& row : noisy[k].layers) rows.push_back(&row);
    for (LayerEffect* const row : rows) {
      ASSERT_TRUE(row->noise_floor.has_value());
      // What was scaled by 1, or lies below the cut, has no noise.
      EXPECT_EQ(*row->noise_floor == 0, row->effect == Effect::unchanged)
          << spec_of(noisy[k].intervention) << " L" << row->layer;
      EXPECT_LT(*row->noise_floor, 1e-5);
      EXPECT_EQ(row->near_noise,
                row->significant && std::abs(row->mean_delta) < 10 * *row->noise_floor);
      row->noise_floor.reset();
      row->near_noise.reset();
    }
    EXPECT_EQ(to_json(noisy[k], tiny.model), to_json(plain[k], tiny.model));
  }
}

TEST(SweepNoise, IsTheSameForEveryMemoryAndThreadCountAndFollowsTheSeed) {
  const TinyModel tiny(shape());
  const Prompt prompt = testing::random_prompt(9);
  SweepOptions options;
  options.noise_draws = 3;
  options.silence.threads = 1;
  const auto text = [&](const SweepOptions& with) {
    std::vector<std::string> all;
    for (const SilenceResult& one : swept(tiny.model, prompt, with)) {
      all.push_back(to_json(one, tiny.model));
    }
    return all;
  };
  const std::vector<std::string> expected = text(options);
  for (const std::uint64_t memory : {std::uint64_t{1}, std::uint64_t{300'000}}) {
    for (const int threads : {1, 3}) {
      SweepOptions other = options;
      other.memory = memory;
      other.silence.threads = threads;
      EXPECT_EQ(text(other), expected) << memory << " bytes, " << threads << " threads";
    }
  }
  options.silence.resampling.seed += 1;
  EXPECT_NE(text(options), expected);
}

TEST(SweepNoise, OfTheEmbeddedModelIsOfTheSizeOfTheRealRounding) {
  const Prompt prompt = mini_prompt();
  const Intervention one{{{3, 5}}, {}, {}};
  SweepOptions options;
  options.noise_draws = kNoiseDraws;
  std::vector<LayerEffect> drawn;
  const std::vector<SweepPrompt> prompts = {{.prompt = prompt, .interventions = {one}}};
  sweep(mini(), prompts, options,
        {.trajectory = [](std::size_t, const TrajectoryResult&) {},
         .result = [&](std::size_t, std::size_t,
                       const SilenceResult& result) { drawn = result.layers; }});
  const SilenceResult exact = silence(mini(), prompt, one, in_double());
  double by_draws = 0;
  double by_double = 0;
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    by_draws = std::max(by_draws, *drawn[i].noise_floor);
    by_double = std::max(by_double, *exact.layers[i].noise_floor);
  }
  EXPECT_GT(by_draws, by_double / 30);
  EXPECT_LT(by_draws, by_double * 30);
}

TEST(SweepNoise, BadOptionsAreRefused) {
  const TinyModel tiny(shape());
  const Prompt prompt = testing::random_prompt(5);
  const auto message = [&](const SweepOptions& options) -> std::string {
    try {
      swept(tiny.model, prompt, options);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "";
  };
  SweepOptions options;
  options.noise_draws = kMostNoiseDraws + 1;
  EXPECT_THAT(message(options), HasSubstr("0 to 1000"));
  options.noise_draws = 0;
  options.silence.precision = Precision::float64;
  EXPECT_THAT(message(options), HasSubstr("float32"));
}

TEST(NearNoise, IsSignificantAndLessThanTenTimesTheFloor) {
  LayerEffect row;
  row.mean_delta = -1e-6;
  EXPECT_EQ(is_near_noise(row), std::nullopt);
  row.noise_floor = 2e-7;
  EXPECT_EQ(is_near_noise(row), false) << "not significant";
  row.significant = true;
  EXPECT_EQ(is_near_noise(row), true);
  row.noise_floor = 0.9e-7;
  EXPECT_EQ(is_near_noise(row), false);
}

}  // namespace precision_test
}  // namespace tacet
