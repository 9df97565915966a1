// The engine against the activations that PyTorch printed in float64 (tests/golden).
#include <algorithm>
#include <cmath>
#include <iostream>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/compare.h"
#include "support/golden_file.h"
#include "support/reference.h"
#include "tacet/forward.h"

namespace tacet {
namespace golden_test {

using testing::GoldenFile;
using testing::kStateTolerance;

/// Two programs in float64, absolute: states are of the order of 1 to 100.
constexpr double kDoubleTolerance = 1e-10;

class Golden : public ::testing::TestWithParam<const char*> {
 protected:
  Golden() : file(fmt::format("{}/{}.safetensors", TACET_TEST_DATA, GetParam())) {}
  GoldenFile file;
};

void expect_states(const States& actual, std::span<const double> expected,
                   const std::string& what) {
  ASSERT_EQ(actual.data().size(), expected.size());
  const auto size = actual.state(0).size();
  for (int index = 0; index < actual.n_layer() + 2; ++index) {
    const double difference = testing::relative_difference(
        actual.state(index), expected.subspan(static_cast<std::size_t>(index) * size, size));
    std::cout << what << ", state " << index << ": " << difference << '\n';
    EXPECT_LE(difference, kStateTolerance) << what << ", state " << index;
  }
}

TEST_P(Golden, StatesAgreeWithPyTorch) {
  const Model model = Model::load(file.folder.path());
  const ForwardResult result = forward(model, file.token_ids, file.interventions);
  expect_states(result.clean, file.clean, "clean");
  ASSERT_EQ(result.silenced.size(), file.silenced.size());
  for (std::size_t k = 0; k < result.silenced.size(); ++k) {
    expect_states(result.silenced[k], file.silenced[k], spec_of(file.interventions[k]));
  }
}

TEST_P(Golden, StatesInDoubleAgreeFarBetter) {
  const Model model = Model::load(file.folder.path());
  const testing::Reference reference(model);
  const std::vector<double> clean = reference.run(file.token_ids).states;
  const auto worst = [](std::span<const double> actual, std::span<const double> expected) {
    double difference = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      difference = std::max(difference, std::abs(actual[i] - expected[i]));
    }
    return difference;
  };
  ASSERT_EQ(clean.size(), file.clean.size());
  EXPECT_LE(worst(clean, file.clean), kDoubleTolerance);
  for (std::size_t k = 0; k < file.interventions.size(); ++k) {
    const auto silenced = reference.run(file.token_ids, &file.interventions[k]).states;
    // Means of the fast pass' slices are float32, and what is put in is they.
    const SliceMode& mode = file.interventions[k].mode;
    const bool is_rounded = mode.values && mode.values->reference();
    EXPECT_LE(worst(silenced, file.silenced[k]), is_rounded ? 1e-6 : kDoubleTolerance);
  }
}

TEST_P(Golden, TheInterventionsMoveTheStatesFarMoreThanTheTolerance) {
  // Else the comparison above would pass with an engine that silences nothing.
  const Model model = Model::load(file.folder.path());
  const States clean = forward(model, file.token_ids).clean;
  for (const std::vector<double>& silenced : file.silenced) {
    EXPECT_GT(testing::worst_state_difference(clean, silenced), 1000 * kStateTolerance);
  }
}

TEST_P(Golden, LogitsAgreeWithPyTorch) {
  const Model model = Model::load(file.folder.path());
  const States clean = forward(model, file.token_ids).clean;
  const std::vector<float> logits =
      unembed(model, testing::rows_of(clean, clean.n_layer() + 1, clean.n_tokens() - 1, 1));
  EXPECT_LE(testing::relative_difference(logits, file.logits), kStateTolerance);
}

INSTANTIATE_TEST_SUITE_P(Torch, Golden,
                         ::testing::Values("torch_small", "torch_wide", "torch_half",
                                           "torch_bfloat", "torch_silu", "torch_replaced"),
                         [](const auto& param) { return std::string(param.param); });

}  // namespace golden_test
}  // namespace tacet
