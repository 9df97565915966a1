// Controls: pushes of the silencing's size in other directions.
#include "tacet/control.h"

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/forward_pass.h"
#include "experiment/control_effects.h"
#include "experiment/prompts.h"
#include "experiment/sweep_plan.h"
#include "support/reference.h"
#include "support/tiny_model.h"
#include "support/twin.h"
#include "tacet/error.h"

namespace tacet {
namespace control_test {

using ::testing::HasSubstr;
using testing::random_prompt;
using testing::TinyModel;

constexpr std::int64_t kN = 99;

TinyModel made() {
  return TinyModel({.n_layer = 5, .n_head = 4, .d_model = 24, .n_positions = 64});
}

ControlOptions options_of(int threads = 1, std::uint64_t memory = 0, std::uint64_t seed = 1) {
  return {.n = kN, .seed = seed, .memory = memory, .threads = threads, .progress = {}};
}

ControlResult controls_of(const TinyModel& tiny, const Intervention& intervention,
                          const ControlOptions& options = options_of(),
                          const SilenceOptions& silencing = {}) {
  return run_controls(tiny.model, silence(tiny.model, random_prompt(12), intervention, silencing),
                      options);
}

/// Every number of a spread, for a comparison of bits.
std::vector<double> numbers(const ControlSpread& spread) {
  const auto number = [](const std::optional<double>& x) { return x.value_or(-1e300); };
  return {static_cast<double>(spread.n), number(spread.mean), number(spread.low),
          number(spread.median), number(spread.high)};
}

std::vector<double> numbers(const ControlResult& result) {
  std::vector<double> all = {result.push_norm, result.p_late_delta.value_or(-1),
                             result.p_growth.value_or(-1)};
  const auto add = [&all](const std::vector<double>& more) {
    all.insert(all.end(), more.begin(), more.end());
  };
  for (const ControlSpread* spread :
       {&result.immediate_delta, &result.late_delta, &result.growth}) {
    add(numbers(*spread));
  }
  for (const ControlLayer& layer : result.layers) {
    add({layer.direct, layer.ripple});
    add(numbers(layer.control_direct));
    add(numbers(layer.control_ripple));
  }
  for (const OtherHead& other : result.other_heads) {
    add({other.scale, other.effect.late_delta, other.effect.growth.value_or(-1)});
    add(other.effect.direct);
    add(other.effect.ripple);
  }
  return all;
}

TEST(Controls, HaveEveryNumberFromTheCutOn) {
  const TinyModel tiny = made();
  const SilenceResult silenced = silence(tiny.model, random_prompt(12), {{{1, 2}}, {}, {}});
  const ControlResult result = run_controls(tiny.model, silenced, options_of());
  EXPECT_EQ(result.n, kN);
  EXPECT_EQ(result.seed, 1U);
  EXPECT_EQ(result.note, "");
  EXPECT_GT(result.push_norm, 0);
  EXPECT_EQ(result.head.late_delta, silenced.ripple.late_delta);
  EXPECT_EQ(result.head.growth, silenced.ripple.growth);
  ASSERT_EQ(result.layers.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    const ControlLayer& layer = result.layers[i];
    const LayerEffect& row = silenced.layers[i + 1];
    EXPECT_EQ(layer.layer, row.layer);
    EXPECT_EQ(layer.direct, row.direct_mean_delta);
    EXPECT_EQ(layer.ripple, row.mean_delta - row.direct_mean_delta);
    for (const ControlSpread* spread : {&layer.control_direct, &layer.control_ripple}) {
      EXPECT_EQ(spread->n, kN);
      EXPECT_LT(*spread->low, *spread->median);
      EXPECT_LT(*spread->median, *spread->high);
    }
  }
  ASSERT_EQ(result.other_heads.size(), 3U);
  EXPECT_EQ(result.other_heads[0].head, (Head{1, 0}));
  EXPECT_EQ(result.other_heads[2].head, (Head{1, 3}));
  for (const double p : {result.p_late_delta.value(), result.p_growth.value()}) {
    EXPECT_GE(p, 1.0 / (kN + 1));
    EXPECT_LE(p, 1.0);
    EXPECT_NEAR(p * (kN + 1), std::round(p * (kN + 1)), 1e-9);
  }
}

TEST(Controls, PValueCountsTheOnesThatReachTheHead) {
  const std::vector<std::optional<double>> controls = {0.1, 0.5, std::nullopt, 0.3, 0.5};
  EXPECT_DOUBLE_EQ(control_p(0.5, controls),
                   4.0 / 6);  // equal ones reach it, and so do missing ones
  EXPECT_DOUBLE_EQ(control_p(0.6, controls), 2.0 / 6);
  EXPECT_DOUBLE_EQ(control_p(0.0, controls), 1.0);
  EXPECT_DOUBLE_EQ(control_p(1.0, {}), 1.0);
}

TEST(Controls, LateDeltaCountsByItsSizeAndGrowthByItsValue) {
  const auto push = [](double late, double growth) {
    return PushEffect{.immediate_delta = late / 2,
                      .late_delta = late,
                      .growth = growth,
                      .direct = {late},
                      .ripple = {-late}};
  };
  ControlResult result;
  result.head = push(-0.3, 0.1);
  experiment::sum_up(result, 2, std::vector{push(0.4, -0.5), push(0.2, 0.1), push(-0.3, 0.2)});
  EXPECT_DOUBLE_EQ(result.p_late_delta.value(), 3.0 / 4);
  EXPECT_DOUBLE_EQ(result.p_growth.value(), 3.0 / 4);
  EXPECT_DOUBLE_EQ(result.late_delta.mean.value(), 0.1);
  EXPECT_DOUBLE_EQ(result.immediate_delta.median.value(), 0.1);
  EXPECT_DOUBLE_EQ(result.growth.low.value(), -0.5 + 0.05 * 0.6);
  ASSERT_EQ(result.layers.size(), 1U);
  EXPECT_EQ(result.layers[0].layer, 2);
  EXPECT_DOUBLE_EQ(result.layers[0].control_ripple.high.value(), -0.2 + 0.95 * 0.5);
  result.head.growth.reset();
  result.p_growth.reset();
  experiment::sum_up(result, 2, std::vector{push(0.4, -0.5)});
  EXPECT_EQ(result.p_growth, std::nullopt);
}

TEST(Controls, AreTheSameForEveryThreadCountAndMemory) {
  const TinyModel tiny = made();
  for (const Intervention& intervention :
       {Intervention{{{1, 2}}, {}, {}}, Intervention{{{2, 0}, {2, 3}}, {3, 7}, {0.5F}}}) {
    const std::vector<double> expected = numbers(controls_of(tiny, intervention));
    EXPECT_EQ(numbers(controls_of(tiny, intervention, options_of(3))), expected);
    EXPECT_EQ(numbers(controls_of(tiny, intervention, options_of(1, 1))), expected)
        << "one push at a time";
    EXPECT_EQ(numbers(controls_of(tiny, intervention, options_of(2, 400000))), expected);
    EXPECT_NE(numbers(controls_of(tiny, intervention, options_of(1, 0, 2))), expected)
        << "another seed";
  }
}

TEST(Controls, GoUpTogetherAsFarAsTheMemoryHolds) {
  const TinyModel tiny = made();
  const ModelConfig& config = tiny.model.config();
  const auto runs = [&](std::uint64_t memory, std::uint64_t extra = 0) {
    return experiment::runs_per_pass(config, 12, 10, extra, memory, 2);
  };
  EXPECT_EQ(runs(0), 1U);
  std::size_t before = 1;
  for (std::uint64_t memory = 1000; memory < 100'000'000; memory *= 2) {
    EXPECT_GE(runs(memory), before);
    EXPECT_LE(runs(memory, 5000), runs(memory));
    // What the runs beyond the first need fits.
    EXPECT_LE((runs(memory) - 1) * 10 * engine::bytes_per_row(config), memory);
    before = runs(memory);
  }
  EXPECT_EQ(before, (8192U - 12) / 10) << "more rows at a time gain nothing";
}

TEST(Controls, OfNothingAreNoneAndSaySo) {
  const TinyModel tiny = made();
  const ControlResult result = controls_of(tiny, {{{1, 2}}, {}, {1.0F}});
  EXPECT_EQ(result.n, 0);
  EXPECT_EQ(result.push_norm, 0);
  EXPECT_THAT(result.note, HasSubstr("changes nothing"));
  EXPECT_EQ(result.p_late_delta, std::nullopt);
  EXPECT_EQ(result.p_growth, std::nullopt);
  EXPECT_TRUE(result.layers.empty());
  EXPECT_TRUE(result.other_heads.empty());
}

TEST(Controls, LeaveOutHeadsThatContributeNothing) {
  const TinyModel tiny(
      {.n_layer = 3, .n_head = 3, .d_model = 12, .edit = testing::zero_rows_of({{1, 0}}, 4)});
  const ControlResult result = controls_of(tiny, {{{1, 2}}, {}, {}});
  ASSERT_EQ(result.other_heads.size(), 1U);
  EXPECT_EQ(result.other_heads[0].head, (Head{1, 1}));
  EXPECT_THAT(controls_of(tiny, {{{1, 0}}, {}, {}}).note, HasSubstr("changes nothing"));
  EXPECT_TRUE(controls_of(tiny, {{{1, 0}, {1, 1}, {1, 2}}, {}, {}}).other_heads.empty());
}

TEST(Controls, ReportTheirProgressToTheEnd) {
  const TinyModel tiny = made();
  int last = 0;
  int total = 1;
  ControlOptions options = options_of();
  options.progress = [&](int done, int of) {
    EXPECT_GE(done, last);
    last = done;
    total = of;
  };
  controls_of(tiny, {{{1, 2}}, {}, {}}, options);
  EXPECT_EQ(last, total);
}

TEST(Controls, RefuseWhatTheyCannotBeMadeFor) {
  const TinyModel tiny = made();
  ControlOptions few = options_of();
  few.n = 98;
  EXPECT_THROW(controls_of(tiny, {{{1, 2}}, {}, {}}, few), UsageError);
  EXPECT_THROW(controls_of(tiny, {{{1, 2}, {2, 0}}, {}, {}}), UsageError);
  EXPECT_THROW(check_controls({{{1, 2}}, {}, {}}, kFewestControls - 1), UsageError);
  EXPECT_THROW(check_controls({{{1, 2}, {2, 0}}, {}, {}}, kN), UsageError);
  EXPECT_THROW(check_controls({}, kN), UsageError);
  EXPECT_NO_THROW(check_controls({{{1, 2}, {1, 3}}, {}, {}}, kFewestControls));
  EXPECT_THROW(controls_of(tiny, {{{1, 2}}, {}, {}}, options_of(-1)), UsageError);
  const TinyModel other({.n_layer = 3, .n_head = 4, .d_model = 24});
  const SilenceResult result = silence(other.model, random_prompt(12), {{{1, 2}}, {}, {}});
  EXPECT_THROW(run_controls(tiny.model, result, options_of()), UsageError);
}

/// Another head's push in double precision: -C_other |C| / |C_other|.
std::vector<double> scaled_push(const testing::Reference& reference,
                                const testing::ReferenceRun& clean, Intervention of, Head other) {
  const auto norm = [](const std::vector<double>& rows) {
    double sum = 0;
    for (const double value : rows) sum += value * value;
    return std::sqrt(sum);
  };
  const double size = norm(reference.contribution(clean, of.cut_layer(), of));
  of.heads = {other};
  std::vector<double> push = reference.contribution(clean, of.cut_layer(), of);
  const double scale = -size / norm(push);
  for (double& value : push) value *= scale;
  return push;
}

TEST(Controls, OtherHeadsAreThoseOfTheDoublePrecisionTwin) {
  const TinyModel tiny = made();
  const testing::Reference reference(tiny.model);
  const std::vector<std::int32_t> ids = testing::ids_in(random_prompt(12));
  const testing::ReferenceRun clean = reference.run(ids);
  for (const Intervention& intervention :
       {Intervention{{{1, 2}}, {}, {}}, Intervention{{{2, 0}, {2, 3}}, {3, 7}, {0.5F}}}) {
    for (const StatesKind states : {StatesKind::block, StatesKind::hf}) {
      SilenceOptions silencing;
      silencing.states = states;
      silencing.exclude_first = states == StatesKind::hf;
      const ControlResult result = controls_of(tiny, intervention, options_of(), silencing);
      const auto cut = static_cast<std::size_t>(intervention.cut_layer());
      for (const OtherHead& other : result.other_heads) {
        const testing::TwinResult twin =
            testing::twin_silence(reference, ids, intervention, silencing,
                                  scaled_push(reference, clean, intervention, other.head));
        for (std::size_t i = 0; i < other.effect.direct.size(); ++i) {
          const testing::TwinRow& row = twin.layers[cut + i];
          EXPECT_NEAR(other.effect.direct[i], row.direct_mean_delta, 2e-6);
          EXPECT_NEAR(other.effect.ripple[i], row.mean_delta - row.direct_mean_delta, 2e-6);
        }
        EXPECT_NEAR(other.effect.late_delta, twin.layers.back().mean_delta, 2e-6);
        ASSERT_EQ(other.effect.growth.has_value(), twin.growth.has_value());
        if (twin.growth) {
          EXPECT_NEAR(*other.effect.growth, *twin.growth, 1e-4);
        }
      }
    }
  }
}

}  // namespace control_test
}  // namespace tacet
