// predict against PyTorch in float64 (tests/golden), and what holds whatever the model.
#include "tacet/predict.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "experiment/prompts.h"
#include "support/golden_file.h"
#include "support/tiny_model.h"
#include "tacet/error.h"
#include "tacet/forward.h"

namespace tacet {
namespace predict_test {

using ::testing::ElementsAre;
using testing::GoldenFile;
using ::testing::HasSubstr;
using testing::prompt_of;
using ::testing::SizeIs;

nlohmann::json golden_predictions() {
  return nlohmann::json::parse(std::ifstream(TACET_TEST_DATA "/predict.json"));
}

class PredictGolden : public ::testing::TestWithParam<const char*> {
 protected:
  PredictGolden()
      : file(fmt::format("{}/{}.safetensors", TACET_TEST_DATA, GetParam())),
        golden(golden_predictions().at(GetParam())) {}
  GoldenFile file;
  nlohmann::json golden;
};

/// Float32 states of order 10 and a softmax in double.
constexpr double kTolerance = 2e-5;

void expect_score(const TokenScore& actual, const nlohmann::json& expected) {
  EXPECT_NEAR(actual.logit, expected.at("logit").get<double>(), kTolerance);
  EXPECT_NEAR(actual.log_prob, expected.at("log_prob").get<double>(), kTolerance);
  EXPECT_DOUBLE_EQ(actual.prob, std::exp(actual.log_prob));
  EXPECT_EQ(actual.rank, expected.at("rank").get<std::int64_t>());
}

void expect_prediction(const Prediction& actual, const nlohmann::json& expected) {
  expect_score(actual.target, expected.at("target"));
  expect_score(actual.contrast.value(), expected.at("contrast"));
  EXPECT_EQ(actual.logit_diff, actual.target.logit - actual.contrast->logit);
  std::vector<int> top;
  for (const LikelyToken& likely : actual.top) top.push_back(likely.token.id);
  EXPECT_EQ(top, expected.at("top").get<std::vector<int>>());
}

TEST_P(PredictGolden, AgreesWithPyTorch) {
  const Model model = Model::load(file.folder.path());
  const PredictOptions options{.targets = {golden.at("target").get<int>()},
                               .contrast = golden.at("contrast").get<int>(),
                               .progress = {}};
  const PredictResult result =
      predict(model, prompt_of(file.token_ids), file.interventions, options);
  expect_prediction(result.clean, golden.at("clean"));
  const nlohmann::json& expected = golden.at("interventions");
  ASSERT_THAT(result.interventions, SizeIs(expected.size()));
  double strongest = 0;
  for (std::size_t k = 0; k < expected.size(); ++k) {
    SCOPED_TRACE(spec_of(result.interventions[k].intervention));
    expect_prediction(result.interventions[k].prediction, expected[k]);
    const auto kl = expected[k].at("kl").get<double>();
    EXPECT_NEAR(result.interventions[k].kl, kl, kTolerance * std::max(1.0, kl));
    strongest = std::max(strongest, kl);
    EXPECT_EQ(result.interventions[k].top1_changed,
              expected[k].at("top")[0] != golden.at("clean").at("top")[0]);
  }
  // Else the comparison would pass with heads that are not silenced.
  EXPECT_GT(strongest, 1e-3);
}

INSTANTIATE_TEST_SUITE_P(Torch, PredictGolden,
                         ::testing::Values("torch_small", "torch_wide", "torch_half",
                                           "torch_bfloat", "torch_silu"),
                         [](const auto& param) { return std::string(param.param); });

/// A small model, a prompt, and every head by itself.
class Predict : public ::testing::Test {
 protected:
  Predict() : made({.n_layer = 3, .n_head = 4, .d_model = 16, .seed = 7}) {
    interventions = parse_heads("all", 3, 4);
  }

  std::string bits(const PredictResult& result) const {
    std::string out;
    const auto add = [&out](const Prediction& one) {
      out += fmt::format("{:a} {:a} {} {:a} {:a}", one.target.logit, one.target.log_prob,
                         one.target.rank, one.contrast->prob, *one.logit_diff);
      for (const LikelyToken& likely : one.top) {
        out += fmt::format(" {} {:a}", likely.token.id, likely.prob);
      }
    };
    add(result.clean);
    for (const SilencedPrediction& one : result.interventions) {
      add(one.prediction);
      out += fmt::format(" {:a} {} {}\n", one.kl, one.top1_changed, one.values_changed);
    }
    return out;
  }

  testing::TinyModel made;
  std::vector<Intervention> interventions;
  Prompt prompt = prompt_of(testing::random_ids(9, 32, 3));
  PredictOptions options{.targets = {4, 9}, .contrast = 21, .top = 6, .progress = {}};
};

TEST_F(Predict, SameBitsForEveryMemoryThreadCountAndCompany) {
  const std::string expected = bits(predict(made.model, prompt, interventions, options));
  for (const std::uint64_t memory : {1U, 300'000U}) {
    for (const int threads : {1, 3}) {
      options.memory = memory;
      options.threads = threads;
      EXPECT_EQ(bits(predict(made.model, prompt, interventions, options)), expected);
    }
  }
  const PredictResult whole = predict(made.model, prompt, interventions, options);
  for (std::size_t k = 0; k < interventions.size(); ++k) {
    PredictResult one = predict(made.model, prompt, {&interventions[k], 1}, options);
    const PredictResult same{.prompt = prompt,
                             .position = 8,
                             .clean = whole.clean,
                             .interventions = {whole.interventions[k]}};
    EXPECT_EQ(bits(one), bits(same));
  }
}

TEST_F(Predict, WhatChangesNothingHasTheCleanPredictionAndNoDivergence) {
  for (Intervention& one : interventions) one.mode.scale = 1;
  const PredictResult result = predict(made.model, prompt, interventions, options);
  for (const SilencedPrediction& one : result.interventions) {
    EXPECT_EQ(one.kl, 0);
    EXPECT_FALSE(one.top1_changed);
    EXPECT_EQ(one.values_changed, 0);
    EXPECT_EQ(one.prediction.target.log_prob, result.clean.target.log_prob);
    EXPECT_EQ(one.prediction.others.front().rank, result.clean.others.front().rank);
  }
}

TEST_F(Predict, TheWholeVocabularyAddsUpAndIsRankedInOrder) {
  options.top = 1000;  // more than there are
  options.targets.resize(32);
  std::iota(options.targets.begin(), options.targets.end(), 0);
  const PredictResult result = predict(made.model, prompt, {&interventions[0], 1}, options);
  for (const Prediction* const one : {&result.clean, &result.interventions.front().prediction}) {
    ASSERT_THAT(one->top, SizeIs(32));
    double sum = 0;
    for (const LikelyToken& likely : one->top) sum += likely.prob;
    EXPECT_NEAR(sum, 1, 1e-12);
    for (const TokenScore& score : one->others) {
      EXPECT_EQ(one->top[static_cast<std::size_t>(score.rank - 1)].token.id, score.token.id);
    }
  }
}

TEST_F(Predict, LogitsAreThoseOfUnembed) {
  const std::vector<std::int32_t> ids = testing::random_ids(9, 32, 3);
  const ForwardResult states = forward(made.model, ids, {&interventions[5], 1});
  const PredictResult result = predict(made.model, prompt, {&interventions[5], 1}, options);
  const auto last_row = [](const States& run) { return run.state(4).last(16); };
  EXPECT_EQ(result.position, 8);
  EXPECT_EQ(result.clean.target.logit, unembed(made.model, last_row(states.clean))[4]);
  EXPECT_EQ(result.interventions[0].prediction.target.logit,
            unembed(made.model, last_row(states.silenced[0]))[4]);
}

TEST_F(Predict, NoInterventionLeavesTheCleanPrediction) {
  const PredictResult result = predict(made.model, prompt, {}, options);
  EXPECT_THAT(result.interventions, SizeIs(0));
  EXPECT_EQ(result.clean.target.rank,
            predict(made.model, prompt, interventions, options).clean.target.rank);
}

TEST_F(Predict, EqualLogitsAreRankedByTheirIds) {
  // Two tokens with the same row of wte.
  const testing::TinyModel twins({.vocab_size = 6, .edit = [](testing::MadeTensor& tensor) {
                                    if (tensor.name != "wte.weight") return;
                                    std::copy_n(tensor.values.begin() + 8, 8,
                                                tensor.values.begin() + 24);
                                  }});
  const PredictResult result =
      predict(twins.model, prompt_of(std::vector<std::int32_t>{0, 5, 2}), {},
              {.targets = {1, 3}, .contrast = {}, .top = 6, .progress = {}});
  EXPECT_EQ(result.clean.others.front().rank, result.clean.target.rank + 1);
  EXPECT_FALSE(result.clean.logit_diff.has_value());
}

TEST_F(Predict, ProgressEndsAtItsTotal) {
  std::vector<std::pair<int, int>> steps;
  options.memory = 1;  // a pass for each
  options.progress = [&](int done, int total) { steps.emplace_back(done, total); };
  predict(made.model, prompt, interventions, options);
  ASSERT_THAT(steps, SizeIs(12 * 4));
  EXPECT_EQ(steps.back(), (std::pair{48, 48}));
}

TEST_F(Predict, RefusesWhatItCannotDo) {
  const auto message = [&](const PredictOptions& wrong) {
    try {
      predict(made.model, prompt, interventions, wrong);
    } catch (const UsageError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_THAT(message({.targets = {}, .contrast = {}, .progress = {}}), HasSubstr("target"));
  EXPECT_THAT(message({.targets = {32}, .contrast = {}, .progress = {}}),
              HasSubstr("ids go from 0 to 31"));
  EXPECT_THAT(message({.targets = {1}, .contrast = -1, .progress = {}}), HasSubstr("contrast"));
  EXPECT_THAT(message({.targets = {1}, .contrast = {}, .top = 0, .progress = {}}),
              HasSubstr("1 or more"));
  EXPECT_THROW(predict(made.model, prompt_of(std::vector<std::int32_t>{}), interventions, options),
               InputError);
}

TEST_F(Predict, AnUnembeddingThatOverflowsIsAnError) {
  const testing::TinyModel huge({.edit = [](testing::MadeTensor& tensor) {
    if (tensor.name == "ln_f.bias") std::ranges::fill(tensor.values, 3e38F);
  }});
  EXPECT_THROW(predict(huge.model, prompt, {}, {.targets = {1}, .contrast = {}, .progress = {}}),
               NumericError);
}

}  // namespace predict_test
}  // namespace tacet
