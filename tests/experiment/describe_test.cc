// The verdict in words says what the numbers say.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiment/prompts.h"
#include "support/tiny_model.h"
#include "tacet/silence.h"

namespace tacet {
namespace describe_test {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// A result of six blocks, cut at block 1, in which nothing is significant.
SilenceResult made_result() {
  SilenceResult result;
  result.intervention = {{{1, 2}}, {}, {}};
  result.values_changed = 40;
  for (int layer = 0; layer < 6; ++layer) {
    LayerEffect row;
    row.layer = layer;
    row.effect = layer < 1 ? Effect::unchanged : Effect::none;
    result.layers.push_back(row);
  }
  result.ripple.cut_layer = 1;
  result.ripple.late_layers = {4, 5};
  return result;
}

void make_significant(SilenceResult& result, std::size_t layer, double mean_delta) {
  LayerEffect& row = result.layers[layer];
  row.mean_delta = mean_delta;
  row.significant = true;
  row.effect = mean_delta < 0 ? Effect::decoupling : Effect::coupling;
  if (!result.ripple.onset) result.ripple.onset = static_cast<int>(layer);
}

TEST(Describe, NothingSignificant) {
  SilenceResult result = made_result();
  EXPECT_THAT(describe(result), AllOf(HasSubstr("L1H2"), HasSubstr("nothing significant"),
                                      Not(HasSubstr("separator")), Not(HasSubstr("connector"))));
}

TEST(Describe, AnUnchangedResultIsCalledOne) {
  SilenceResult result = made_result();
  for (LayerEffect& row : result.layers) row.effect = Effect::unchanged;
  result.values_changed = 0;
  EXPECT_THAT(describe(result), AllOf(HasSubstr("L1H2"), HasSubstr("changed nothing")));
}

TEST(Describe, ASeparatorAndWhereItsEffectBegins) {
  SilenceResult result = made_result();
  make_significant(result, 3, 0.01);
  make_significant(result, 4, 0.02);
  result.ripple.late_delta = 0.015;
  EXPECT_THAT(describe(result),
              AllOf(HasSubstr("block 3 (hidden_states[4])"), HasSubstr("separator"),
                    HasSubstr("1 of 2"), HasSubstr("more alike"), Not(HasSubstr("connector"))));
}

TEST(Describe, AConnectorThatActsAtOnce) {
  SilenceResult result = made_result();
  make_significant(result, 1, -0.01);
  make_significant(result, 4, -0.02);
  make_significant(result, 5, -0.03);
  result.ripple.late_delta = -0.025;
  EXPECT_THAT(describe(result),
              AllOf(HasSubstr("block 1 (hidden_states[2]) already"), HasSubstr("connector"),
                    HasSubstr("2 of 2"), HasSubstr("less alike"), Not(HasSubstr("separator"))));
}

TEST(Describe, AnEffectThatDoesNotLast) {
  SilenceResult result = made_result();
  make_significant(result, 1, 0.01);
  EXPECT_THAT(describe(result), AllOf(HasSubstr("more alike at its own"), HasSubstr("nothing is"),
                                      Not(HasSubstr("separator"))));
}

TEST(Describe, ACutThatLeavesItsOwnBlockAsItWas) {
  SilenceResult result = made_result();
  result.layers[1].effect = Effect::unchanged;
  EXPECT_THAT(describe(result), HasSubstr("as it was"));
}

TEST(Describe, PositionsAndScaleAreNamed) {
  SilenceResult result = made_result();
  result.intervention = {{{1, 2}, {3, 0}}, {2, 5}, {0.5F}};
  EXPECT_THAT(describe(result),
              AllOf(HasSubstr("L1H2+L3H0"), HasSubstr("0.5"), HasSubstr("positions 2, 5")));
  result.intervention.positions = {2};
  EXPECT_THAT(describe(result), HasSubstr("position 2"));
}

TEST(Describe, ARealResultIsOneOrTwoSentences) {
  testing::TinyModelOptions options;
  options.n_layer = 6;
  const testing::TinyModel tiny(options);
  const std::string text =
      describe(silence(tiny.model, testing::random_prompt(8), {{{1, 1}}, {}, {}}));
  EXPECT_THAT(text, HasSubstr("L1H1"));
  EXPECT_EQ(text.find("nan"), std::string::npos);
  EXPECT_EQ(text.back(), '.');
}

}  // namespace describe_test
}  // namespace tacet
