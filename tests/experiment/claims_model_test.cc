// The claims on made models with chosen weights, from their states on.
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiment/prompts.h"
#include "support/tiny_model.h"
#include "tacet/study.h"
#include "tacet/sweep.h"

namespace tacet {
namespace claims_model_test {

using testing::MadeTensor;
using testing::TinyModel;
using testing::TinyModelOptions;

constexpr int kLayers = 6;  // two late blocks
constexpr int kHeads = 2;

/// Adds `size` times a direction that LayerNorm does not take away to every row of a tensor.
void add_common(MadeTensor& tensor, float size) {
  for (std::size_t i = 0; i < tensor.values.size(); ++i) {
    tensor.values[i] += i % 2 == 0 ? size : -size;
  }
}

TinyModelOptions shape() {
  TinyModelOptions options;
  options.n_layer = kLayers;
  options.n_head = kHeads;
  options.d_model = 16;
  return options;
}

/// What the study says: the tokens begin alike, block 1 takes away what they have in common, and
/// the late blocks write a common direction into all of them.
TinyModelOptions rising() {
  TinyModelOptions options = shape();
  options.edit = [](MadeTensor& tensor) {
    // Otherwise the blocks would write much that tokens alike have in common.
    if (tensor.name.ends_with("c_proj.weight")) {
      for (float& value : tensor.values) value *= 0.05F;
    }
    if (tensor.name == "wte.weight") add_common(tensor, 1);
    if (tensor.name == "h.1.mlp.c_proj.bias") add_common(tensor, -1);
    if (tensor.name == "h.4.mlp.c_proj.bias") add_common(tensor, 4);
    if (tensor.name == "h.5.mlp.c_proj.bias") add_common(tensor, 4);
  };
  return options;
}

/// The contrary: alike until the last block sets them apart; and no head writes anything.
TinyModelOptions contrary() {
  TinyModelOptions options = shape();
  options.edit = [](MadeTensor& tensor) {
    testing::fill_zero({"attn.c_proj.weight"})(tensor);
    if (tensor.name == "wte.weight") add_common(tensor, 20);
    if (tensor.name == "h.5.mlp.c_proj.bias") add_common(tensor, -20);
  };
  return options;
}

CleanMeans means_of(const Model& model, const Prompt& prompt, bool exclude_first) {
  SilenceOptions options;
  options.exclude_first = exclude_first;
  const TrajectoryResult result = trajectory(model, prompt, options);
  CleanMeans means;
  for (const TrajectoryRow& row : result.layers) means.blocks.push_back(row.mean);
  means.final_norm = result.final_norm.mean;
  return means;
}

/// The claims of a model, block 2 standing for the study's "layer 3".
std::vector<Claim> claims_of(const Model& model) {
  const Prompt prompt = testing::random_prompt(12, 7);
  std::vector<SweepOutcome> outcomes;
  SweepSink sink;
  sink.trajectory = [](std::size_t, const TrajectoryResult&) {};
  sink.result = [&outcomes](std::size_t, std::size_t, const SilenceResult& result) {
    outcomes.push_back(outcome_of(result));
  };
  const std::vector<SweepPrompt> prompts = {
      {.prompt = prompt, .interventions = parse_heads("all", kLayers, kHeads)}};
  sweep(model, prompts, {}, sink);
  StudyEvidence evidence;
  evidence.n_layer = kLayers;
  evidence.n_head = kHeads;
  evidence.layer = 2;
  evidence.outcomes = outcomes;
  evidence.clean = means_of(model, prompt, false);
  evidence.clean_without_first = means_of(model, prompt, true);
  return judge_claims(evidence);
}

Verdict verdict(const std::vector<Claim>& claims, const std::string& id) {
  for (const Claim& claim : claims) {
    if (claim.id == id) return claim.verdict;
  }
  throw std::runtime_error("no claim " + id);
}

std::string readings(const std::vector<Claim>& claims) {
  std::string text;
  for (const Claim& claim : claims) text += claim.id + ": " + claim.reading + "\n";
  return text;
}

TEST(ClaimsOfModels, RiseWhereLateBlocksWriteACommonDirection) {
  const TinyModel made(rising());
  const std::vector<Claim> claims = claims_of(made.model);
  SCOPED_TRACE(readings(claims));
  EXPECT_EQ(verdict(claims, "early_fall"), Verdict::holds);
  EXPECT_EQ(verdict(claims, "late_rise"), Verdict::holds);
  EXPECT_EQ(verdict(claims, "late_rise_without_final_norm"), Verdict::holds);
}

TEST(ClaimsOfModels, AreRefutedByAModelThatDoesTheContrary) {
  const TinyModel made(contrary());
  const std::vector<Claim> claims = claims_of(made.model);
  SCOPED_TRACE(readings(claims));
  EXPECT_EQ(verdict(claims, "early_fall"), Verdict::does_not_hold);
  EXPECT_EQ(verdict(claims, "late_rise"), Verdict::does_not_hold);
  EXPECT_EQ(verdict(claims, "late_rise_without_final_norm"), Verdict::does_not_hold);
  // Heads that write nothing change nothing, at the cut either.
  EXPECT_EQ(verdict(claims, "small_immediate_effect"), Verdict::in_part);
  EXPECT_EQ(verdict(claims, "late_significance"), Verdict::does_not_hold);
  EXPECT_EQ(verdict(claims, "both_signs"), Verdict::does_not_hold);
  EXPECT_EQ(verdict(claims, "accumulation"), Verdict::does_not_hold);
  EXPECT_EQ(verdict(claims, "every_head_contributes"), Verdict::does_not_hold);
}

}  // namespace claims_model_test
}  // namespace tacet
