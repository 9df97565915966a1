// silence() against the experiment done in double precision from the definitions alone.
#include "support/twin.h"

#include <algorithm>
#include <cmath>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "experiment/prompts.h"
#include "support/reference.h"
#include "support/tiny_model.h"
#include "tacet/silence.h"

namespace tacet {
namespace twin_test {

using testing::TinyModel;
using testing::TinyModelOptions;
using testing::TwinResult;
using testing::TwinRow;

/// Parity of means of cosines: the contract of the experiment.
constexpr double kMeanTolerance = 1e-6;
/// Parity of t, relative, wherever the mean is not noise.
constexpr double kTTolerance = 1e-2;
constexpr double kMeanThatCounts = 1e-4;
/// Lengths and their ratios, relative: float32 states are good to about 1e-6.
constexpr double kLengthTolerance = 2e-5;

struct Case {
  std::string name;
  TinyModelOptions model;
  int n_tokens;
  Intervention intervention;
  SilenceOptions options;
};

void PrintTo(const Case& value, std::ostream* out) {
  *out << value.name;
}

void expect_close(double actual, double expected, const std::string& what) {
  EXPECT_NEAR(actual, expected, kLengthTolerance * std::max(std::abs(expected), 1e-3)) << what;
}

void expect_row(const LayerEffect& row, const TwinRow& twin, const std::string& where) {
  EXPECT_EQ(row.n_pairs, twin.n_pairs) << where;
  EXPECT_NEAR(row.mean_clean, twin.mean_clean, kMeanTolerance) << where;
  EXPECT_NEAR(row.mean_silenced, twin.mean_silenced, kMeanTolerance) << where;
  EXPECT_NEAR(row.mean_delta, twin.mean_delta, kMeanTolerance) << where;
  EXPECT_NEAR(row.sd_delta, twin.sd_delta, kMeanTolerance) << where;
  EXPECT_NEAR(row.direct_mean_delta, twin.direct_mean_delta, kMeanTolerance) << where;
  ASSERT_EQ(row.t.has_value(), twin.t.has_value()) << where;
  EXPECT_EQ(row.effect == Effect::unchanged, !twin.t.has_value()) << where;
  if (row.t && std::abs(twin.mean_delta) > kMeanThatCounts) {
    EXPECT_NEAR(*row.t, *twin.t, kTTolerance * std::abs(*twin.t)) << where;
    EXPECT_NEAR(*row.cohen_dz, twin.mean_delta / twin.sd_delta,
                kTTolerance * std::abs(*row.cohen_dz))
        << where;
  }
  expect_close(row.perturbation, twin.perturbation, where + " perturbation");
  expect_close(row.perturbation_absolute, twin.perturbation_absolute, where + " absolute");
  expect_close(row.norm_ratio, twin.norm_ratio, where + " norm_ratio");
  expect_close(row.mean_distance_clean, twin.mean_distance_clean, where + " distance");
  expect_close(row.mean_distance_silenced, twin.mean_distance_silenced, where + " distance'");
  expect_close(row.effective_rank_clean, twin.effective_rank_clean, where + " rank");
  expect_close(row.effective_rank_silenced, twin.effective_rank_silenced, where + " rank'");
  ASSERT_TRUE(row.cka.has_value() && row.rank_correlation.has_value()) << where;
  EXPECT_NEAR(*row.cka, twin.cka, 1e-6) << where;
  // Cosines nearer to each other than float32's rounding may stand in another order.
  EXPECT_NEAR(*row.rank_correlation, twin.rank_correlation, 0.02) << where;
}

void expect_growth(const std::optional<double>& actual, const std::optional<double>& expected) {
  ASSERT_EQ(actual.has_value(), expected.has_value());
  if (actual) {
    EXPECT_NEAR(*actual, *expected, 1e-4);
  }
}

class AgainstTwin : public ::testing::TestWithParam<Case> {};

TEST_P(AgainstTwin, EveryNumberAgrees) {
  const Case& c = GetParam();
  const TinyModel tiny(c.model);
  const Prompt prompt = testing::random_prompt(c.n_tokens);
  const SilenceResult result = silence(tiny.model, prompt, c.intervention, c.options);
  const TwinResult twin = testing::twin_silence(testing::Reference(tiny.model),
                                                testing::ids_in(prompt), c.intervention, c.options);

  ASSERT_EQ(result.layers.size(), twin.layers.size());
  bool some_count = false;
  for (std::size_t layer = 0; layer < twin.layers.size(); ++layer) {
    EXPECT_EQ(result.layers[layer].layer, static_cast<int>(layer));
    expect_row(result.layers[layer], twin.layers[layer], "block " + std::to_string(layer));
    some_count = some_count || std::abs(twin.layers[layer].mean_delta) > kMeanThatCounts;
  }
  EXPECT_TRUE(some_count) << "a case that tests no t";
  ASSERT_EQ(result.final_norm.has_value(), twin.final_norm.has_value());
  if (result.final_norm) {
    EXPECT_EQ(result.final_norm->layer, c.model.n_layer);
    EXPECT_FALSE(result.final_norm->p_adjusted.has_value());
    expect_row(*result.final_norm, *twin.final_norm, "ln_f");
  }
  expect_growth(result.ripple.growth, twin.growth);
  expect_growth(result.ripple.growth_absolute, twin.growth_absolute);

  EXPECT_NEAR(result.trajectory.embedding_mean, twin.embedding_mean, kMeanTolerance);
  EXPECT_NEAR(result.trajectory.initial_mean, twin.layers.front().mean_clean, kMeanTolerance);
  EXPECT_NEAR(result.trajectory.final_mean, twin.layers.back().mean_clean, kMeanTolerance);
  const TwinRow& normed = twin.final_norm ? *twin.final_norm : twin.layers.back();
  EXPECT_NEAR(result.trajectory.final_norm_mean, normed.mean_clean, kMeanTolerance);
  const auto lowest = std::ranges::min_element(twin.layers, {}, &TwinRow::mean_clean);
  EXPECT_NEAR(result.trajectory.min_mean, lowest->mean_clean, kMeanTolerance);
  EXPECT_EQ(result.trajectory.min_layer, lowest - twin.layers.begin());
}

TEST_P(AgainstTwin, TheVerdictsFollowFromTheNumbers) {
  const Case& c = GetParam();
  const TinyModel tiny(c.model);
  const SilenceResult result =
      silence(tiny.model, testing::random_prompt(c.n_tokens), c.intervention, c.options);
  const auto m = static_cast<double>(result.test.family_size);
  for (const LayerEffect& row : result.layers) {
    if (row.effect == Effect::unchanged) continue;
    const auto pairs = static_cast<double>(row.n_pairs);
    const double df = c.options.test == tacet::Test::paired ? pairs - 1 : 2 * pairs - 2;
    EXPECT_EQ(row.df, df);
    EXPECT_EQ(row.p, two_sided_p(*row.t, df));
    ASSERT_TRUE(row.p_adjusted.has_value());
    if (c.options.correction == Correction::bonferroni) {
      EXPECT_EQ(*row.p_adjusted, std::min(1.0, *row.p * m));
      EXPECT_EQ(row.significant, *row.p * m < c.options.alpha);
    } else {
      EXPECT_GE(*row.p_adjusted, *row.p);
    }
    EXPECT_EQ(row.significant, *row.p_adjusted < c.options.alpha);
    const Effect sign = row.mean_delta < 0 ? Effect::decoupling : Effect::coupling;
    EXPECT_EQ(row.effect, row.significant ? sign : Effect::none);
    // mean and interval by the same test: t times the half width is the distance to 0.
    EXPECT_NEAR((*row.ci_low + *row.ci_high) / 2, row.mean_delta, 1e-12);
    EXPECT_NEAR((*row.ci_high - row.mean_delta) * std::abs(*row.t),
                std::abs(row.mean_delta) * critical_t(c.options.alpha, df),
                1e-9 * std::abs(row.mean_delta * *row.t));
  }
}

TinyModelOptions model(int n_layer, int n_head, int d_model, std::uint32_t seed = 1) {
  TinyModelOptions options;
  options.n_layer = n_layer;
  options.n_head = n_head;
  options.d_model = d_model;
  options.seed = seed;
  return options;
}

std::vector<Case> cases() {
  const TinyModelOptions plain = model(6, 4, 32);
  TinyModelOptions sink = plain;
  sink.sink = true;
  TinyModelOptions half = plain;
  half.dtype = "F16";
  const Intervention one{{{1, 2}}, {}, {}};
  const Intervention joint{{{0, 3}, {2, 1}}, {}, {}};
  const Intervention last{{{1, 0}}, {11}, {}};
  const Intervention some{{{2, 0}, {2, 1}}, {3, 7}, {0.5F}};
  SilenceOptions with_hf;
  with_hf.states = StatesKind::hf;
  SilenceOptions without_first;
  without_first.exclude_first = true;
  SilenceOptions independent;
  independent.test = tacet::Test::independent;
  independent.family = Family::reachable;
  SilenceOptions all_pairs;
  all_pairs.pairs = PairsKind::all;
  all_pairs.family = Family::sweep;
  all_pairs.correction = Correction::bh;
  SilenceOptions holm;
  holm.correction = Correction::holm;
  holm.alpha = 0.2;
  SilenceOptions uncorrected;
  uncorrected.correction = Correction::none;
  SilenceOptions centred;
  centred.cosine = Cosine::centred;
  SilenceOptions standardised;
  standardised.cosine = Cosine::standardised;
  standardised.exclude_first = true;
  SilenceOptions no_rogue;
  no_rogue.cosine = Cosine::no_rogue;
  no_rogue.rogue_dimensions = 3;
  SilenceOptions no_rogue_without_first = no_rogue;
  no_rogue_without_first.exclude_first = true;
  SilenceOptions mixed;
  mixed.states = StatesKind::hf;
  mixed.exclude_first = true;
  mixed.test = tacet::Test::independent;
  return {{"plain", plain, 12, one, {}},
          {"three_tokens", plain, 3, one, {}},
          {"deep", model(12, 2, 20, 5), 10, {{{3, 1}}, {}, {}}, {}},
          {"one_block", model(1, 2, 16), 9, {{{0, 1}}, {}, {}}, {}},
          {"last_block", plain, 12, {{{5, 3}}, {}, {}}, {}},
          {"joint", plain, 12, joint, {}},
          {"joint_hf", plain, 12, joint, with_hf},
          {"last_token", plain, 12, last, {}},
          {"last_token_all_pairs", plain, 12, last, all_pairs},
          {"some_tokens_scaled", plain, 12, some, {}},
          {"some_tokens_without_first", plain, 12, some, without_first},
          {"hf", plain, 12, one, with_hf},
          {"independent", plain, 12, one, independent},
          {"independent_joint", plain, 9, joint, independent},
          {"holm", plain, 12, one, holm},
          {"uncorrected", plain, 12, one, uncorrected},
          {"centred", plain, 12, one, centred},
          {"standardised", plain, 12, one, standardised},
          {"no_rogue", plain, 12, one, no_rogue},
          {"no_rogue_last_token", plain, 12, last, no_rogue},
          {"no_rogue_sink", sink, 12, joint, no_rogue_without_first},
          {"sink", sink, 12, one, {}},
          {"sink_without_first", sink, 12, one, without_first},
          {"sink_mixed", sink, 12, joint, mixed},
          {"f16", half, 12, one, {}}};
}

INSTANTIATE_TEST_SUITE_P(Cases, AgainstTwin, ::testing::ValuesIn(cases()),
                         [](const auto& param) { return param.param.name; });

}  // namespace twin_test
}  // namespace tacet
