// The matrices behind a result: their means are the result's own.
#include "tacet/pairs.h"

#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "experiment/prompts.h"
#include "support/tiny_model.h"
#include "tacet/error.h"
#include "tacet/intervention.h"
#include "tacet/silence.h"

namespace tacet {
namespace pairs_test {

using testing::random_prompt;
using testing::TinyModel;
using testing::TinyModelOptions;

constexpr int kBlocks = 3;
constexpr int kTokens = 7;
constexpr std::size_t kPairs = kTokens * (kTokens - 1) / 2;

TinyModelOptions three_blocks() {
  TinyModelOptions options;
  options.n_layer = kBlocks;
  return options;
}

double mean_difference(const PairMatrices& matrices, std::size_t state, bool exclude_first) {
  double sum = 0;
  std::size_t count = 0;
  std::size_t pair = state * kPairs;
  for (int i = 0; i < kTokens; ++i) {
    for (int j = i + 1; j < kTokens; ++j, ++pair) {
      if (exclude_first && i == 0) continue;
      sum += double{matrices.silenced[pair]} - double{matrices.clean[pair]};
      ++count;
    }
  }
  return sum / static_cast<double>(count);
}

class Pairs : public ::testing::TestWithParam<Cosine> {};

TEST_P(Pairs, MeanDifferencesAreThoseOfTheResult) {
  const TinyModel model(three_blocks());
  for (const bool exclude_first : {false, true}) {
    SilenceOptions options;
    options.cosine = GetParam();
    options.rogue_dimensions = options.cosine == Cosine::no_rogue ? 2 : 0;
    options.exclude_first = exclude_first;
    options.keep_states = true;
    const Intervention head = parse_heads("L1H0", kBlocks, 2).front();
    const SilenceResult result = silence(model.model, random_prompt(kTokens, 3), head, options);
    const PairMatrices matrices = pair_matrices(result);
    ASSERT_EQ(matrices.clean.size(), (kBlocks + 1) * kPairs);
    ASSERT_EQ(matrices.silenced.size(), matrices.clean.size());
    for (std::size_t block = 0; block < kBlocks; ++block) {
      EXPECT_NEAR(mean_difference(matrices, block, exclude_first), result.layers[block].mean_delta,
                  1e-7);
    }
    EXPECT_NEAR(mean_difference(matrices, kBlocks, exclude_first), result.final_norm->mean_delta,
                1e-7);
    EXPECT_NE(result.layers[2].mean_delta, 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Cosines, Pairs,
                         ::testing::Values(Cosine::raw, Cosine::centred, Cosine::standardised,
                                           Cosine::no_rogue),
                         [](const auto& parameter) {
                           const bool no_rogue = parameter.param == Cosine::no_rogue;
                           return no_rogue ? "no_rogue" : std::string(to_string(parameter.param));
                         });

TEST(PairMatrices, NeedStates) {
  const TinyModel model(three_blocks());
  const Intervention head = parse_heads("L1H0", kBlocks, 2).front();
  EXPECT_THROW(pair_matrices(silence(model.model, random_prompt(kTokens, 3), head)), UsageError);
}

}  // namespace pairs_test
}  // namespace tacet
