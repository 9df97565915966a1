// The embedded weights can do what their card says, in this engine: the prompts and the figures of
// models/mini/evaluation.json, which the training program's PyTorch wrote.

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tacet/tacet.h"

namespace tacet {
namespace mini_test {

/// Mean log-probabilities and logit differences of two float32 engines on the same weights.
constexpr double kTolerance = 2e-3;

const nlohmann::json& evaluation() {
  static const nlohmann::json read = [] {
    std::ifstream file(TACET_SOURCE_DIR "/models/mini/evaluation.json");
    return nlohmann::json::parse(file);
  }();
  return read;
}

const Model& mini() {
  static const Model model = Model::mini();
  return model;
}

const Tokenizer& tokenizer() {
  static const Tokenizer loaded = Tokenizer::mini();
  return loaded;
}

std::size_t single_token(const std::string& text) {
  const std::vector<std::int32_t> ids = tokenizer().encode(text);
  EXPECT_EQ(ids.size(), 1U) << "'" << text << "' is not a single token";
  return static_cast<std::size_t>(ids.front());
}

/// Logits of the token after `prompt`: of the clean run, then of each intervention's.
std::vector<std::vector<float>> next_logits(const std::string& prompt,
                                            const std::vector<Intervention>& interventions = {}) {
  const std::vector<std::int32_t> ids = tokenizer().encode(prompt);
  const ForwardResult run = forward(mini(), ids, interventions, 1);
  const auto d_model = static_cast<std::size_t>(mini().config().d_model);
  std::vector<std::vector<float>> logits = {
      unembed(mini(), run.clean.final_norm().last(d_model), 1)};
  for (const States& states : run.silenced) {
    logits.push_back(unembed(mini(), states.final_norm().last(d_model), 1));
  }
  return logits;
}

double log_probability(const std::vector<float>& logits, std::size_t id) {
  const double top = *std::ranges::max_element(logits);
  double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit) - top);
  return static_cast<double>(logits[id]) - top - std::log(sum);
}

class MiniTask : public ::testing::TestWithParam<std::string> {};

TEST_P(MiniTask, DoesWhatTheCardSays) {
  const nlohmann::json& items = evaluation()["tasks"][GetParam()]["items"];
  const nlohmann::json& card = evaluation()["results"][GetParam()];
  int on_top = 0;
  int above_wrong = 0;
  double log_probabilities = 0;
  double differences = 0;
  for (const nlohmann::json& item : items) {
    const std::vector<float> logits = next_logits(item[0].get<std::string>()).front();
    const std::size_t right = single_token(item[1].get<std::string>());
    const auto top = std::ranges::max_element(logits) - logits.begin();
    on_top += static_cast<std::size_t>(top) == right ? 1 : 0;
    log_probabilities += log_probability(logits, right);
    if (item.size() > 2) {
      const std::size_t wrong = single_token(item[2].get<std::string>());
      const double difference = static_cast<double>(logits[right]) - logits[wrong];
      above_wrong += difference > 0 ? 1 : 0;
      differences += difference;
    }
  }
  const auto n = static_cast<double>(items.size());
  EXPECT_EQ(static_cast<int>(items.size()), card["n"].get<int>());
  EXPECT_EQ(on_top, card["top1"].get<int>());
  EXPECT_NEAR(log_probabilities / n, card["mean_log_probability"].get<double>(), kTolerance);
  if (card.contains("right_above_wrong")) {
    EXPECT_EQ(above_wrong, card["right_above_wrong"].get<int>());
    EXPECT_NEAR(differences / n, card["mean_logit_difference"].get<double>(), 5 * kTolerance);
  }
}

std::vector<std::string> task_names() {
  std::vector<std::string> names;
  for (const auto& [name, task] : evaluation()["tasks"].items()) names.push_back(name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Tasks, MiniTask, ::testing::ValuesIn(task_names()),
                         [](const auto& task) { return task.param; });

/// What `predict` says of an item of a task: its prompt, the right token, and perhaps a wrong one.
Prediction prediction_of(const nlohmann::json& item) {
  PredictOptions options;
  options.targets = {static_cast<std::int32_t>(single_token(item[1].get<std::string>()))};
  if (item.size() > 2) {
    options.contrast = static_cast<std::int32_t>(single_token(item[2].get<std::string>()));
  }
  const Prompt prompt = make_prompt(tokenizer(), item[0].get<std::string>());
  return predict(mini(), prompt, {}, options, &tokenizer()).clean;
}

class MiniPredicts : public ::testing::TestWithParam<std::string> {};

TEST_P(MiniPredicts, WhatTheCardSays) {
  const nlohmann::json& items = evaluation()["tasks"][GetParam()]["items"];
  const nlohmann::json& card = evaluation()["results"][GetParam()];
  int on_top = 0;
  int above_wrong = 0;
  double probabilities = 0;
  double differences = 0;
  for (const nlohmann::json& item : items) {
    const Prediction prediction = prediction_of(item);
    on_top += prediction.target.rank == 1 ? 1 : 0;
    probabilities += prediction.target.prob;
    differences += prediction.logit_diff.value_or(0);
    above_wrong += prediction.logit_diff.value_or(0) > 0 ? 1 : 0;
  }
  const auto n = static_cast<double>(items.size());
  EXPECT_EQ(on_top, card["top1"].get<int>());
  EXPECT_NEAR(probabilities / n, card["mean_probability"].get<double>(), kTolerance);
  if (!card.contains("right_above_wrong")) return;
  EXPECT_EQ(above_wrong, card["right_above_wrong"].get<int>());
  EXPECT_NEAR(differences / n, card["mean_logit_difference"].get<double>(), 5 * kTolerance);
}

INSTANTIATE_TEST_SUITE_P(Tasks, MiniPredicts, ::testing::Values("capitals", "indirect_objects"),
                         [](const auto& task) { return task.param; });

/// An item of the indirect objects, and the same with the other name giving.
PatchPair pair_of(const nlohmann::json& item) {
  const auto text = item[0].get<std::string>();
  const auto right = item[1].get<std::string>();
  const auto wrong = item[2].get<std::string>();
  std::string corrupt = text;
  corrupt.replace(corrupt.rfind(wrong), wrong.size(), right);
  const auto token = [](const std::string& name) {
    return Token{.id = static_cast<std::int32_t>(single_token(name)), .text = name};
  };
  return {.clean = make_prompt(tokenizer(), text),
          .corrupt = make_prompt(tokenizer(), corrupt),
          .target = token(right),
          .contrast = token(wrong)};
}

TEST(Mini, PatchingFindsTheHeadThatCostsIndirectObjectsMost) {
  const nlohmann::json& heads = evaluation()["heads"];
  const nlohmann::json& items = evaluation()["tasks"]["indirect_objects"]["items"];
  std::vector<PatchPair> pairs;
  for (std::size_t i = 0; i < heads["prompts_per_task"].get<std::size_t>(); ++i) {
    pairs.push_back(pair_of(items[i]));
  }
  const PatchResult result = patch(mini(), pairs, {});
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const PairRun& run = result.pairs[i];
    EXPECT_EQ(run.clean_logit_diff, *prediction_of(items[i]).logit_diff);
    EXPECT_GT(run.clean_logit_diff, 0) << items[i];
    EXPECT_LT(run.corrupt_logit_diff, 0) << items[i];
  }
  const auto strongest = std::ranges::max_element(
      result.cells, {}, [](const PatchCell& cell) { return *cell.recovered; });
  const auto costliest = std::ranges::max_element(heads["top"], {}, [](const nlohmann::json& row) {
    return row["indirect_objects"].get<double>();
  });
  EXPECT_EQ(to_string(Head{strongest->layer, *strongest->head}),
            (*costliest)["head"].get<std::string>());
  EXPECT_GT(*strongest->recovered, 0.5);
}

TEST(Mini, KnowsWhatTheExperimentsAskAbout) {
  const nlohmann::json& results = evaluation()["results"];
  EXPECT_GE(results["capitals"]["n"].get<int>(), 30);
  EXPECT_GE(results["capitals"]["top1"].get<double>() / results["capitals"]["n"].get<double>(),
            0.95);
  EXPECT_GE(results["indirect_objects"]["top1"].get<int>(), 95);
  EXPECT_GE(evaluation()["heads"]["above_threshold_outside_block_0"].get<int>(), 12);
}

TEST(Mini, HeadsCostWhatTheCardSays) {
  const nlohmann::json& heads = evaluation()["heads"];
  const auto prompts = heads["prompts_per_task"].get<std::size_t>();
  std::string spec;  // one batch for all heads of the table
  for (const nlohmann::json& row : heads["top"]) {
    spec += (spec.empty() ? "" : ",") + row["head"].get<std::string>();
  }
  const std::vector<Intervention> silenced =
      parse_heads(spec, mini().config().n_layer, mini().config().n_head);
  for (const char* task : {"indirect_objects", "jokes"}) {
    const nlohmann::json& items = evaluation()["tasks"][task]["items"];
    std::vector<double> lost(silenced.size(), 0.0);
    for (std::size_t i = 0; i < prompts; ++i) {
      const auto logits = next_logits(items[i][0].get<std::string>(), silenced);
      const std::size_t right = single_token(items[i][1].get<std::string>());
      for (std::size_t k = 0; k < silenced.size(); ++k) {
        lost[k] += log_probability(logits[0], right) - log_probability(logits[k + 1], right);
      }
    }
    for (std::size_t k = 0; k < silenced.size(); ++k) {
      EXPECT_NEAR(lost[k] / static_cast<double>(prompts), heads["top"][k][task].get<double>(),
                  kTolerance)
          << spec_of(silenced[k]) << " on " << task;
    }
  }
}

TEST(Mini, ItsTokensGrowAlikeAsTheCardSays) {
  const nlohmann::json& card = evaluation()["similarity"];
  const Prompt prompt = make_prompt(tokenizer(), card["prompt"].get<std::string>());
  const TrajectoryResult result = trajectory(mini(), prompt);
  EXPECT_NEAR(result.embedding.mean, card["embedding"].get<double>(), 1e-4);
  ASSERT_EQ(result.layers.size(), card["blocks"].size());
  for (std::size_t layer = 0; layer < result.layers.size(); ++layer) {
    EXPECT_NEAR(result.layers[layer].mean, card["blocks"][layer].get<double>(), 1e-4) << layer;
  }
}

TEST(Mini, FitsInTheBinaryAndHasAllItsPositions) {
  EXPECT_EQ(mini().config().n_layer, 24);
  EXPECT_EQ(mini().config().n_head, 16);
  EXPECT_GE(mini().config().n_positions, 128);
  EXPECT_EQ(mini().dtype(), "F16");
  for (const char* word : {" pizza", " pineapple", " Mary", " John", " Germany", " France"}) {
    single_token(word);
  }
}

}  // namespace mini_test
}  // namespace tacet
