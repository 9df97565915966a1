// Rotated pushes in the place of every head of a block.
#include <algorithm>
#include <cstdint>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiment/prompts.h"
#include "stats/random.h"
#include "support/tiny_model.h"
#include "tacet/error.h"
#include "tacet/study.h"

namespace tacet {
namespace study_controls_test {

using testing::random_prompt;
using testing::TinyModel;

constexpr std::int64_t kN = 99;
constexpr int kLayer = 2;

TinyModel made() {
  return TinyModel({.n_layer = 5, .n_head = 3, .d_model = 24, .n_positions = 64});
}

ControlOptions options_of(int threads = 1, std::uint64_t memory = 0, std::uint64_t seed = 1) {
  return {.n = kN, .seed = seed, .memory = memory, .threads = threads, .progress = {}};
}

/// Every number, for a comparison of bits.
std::vector<double> numbers(const StudyControls& controls) {
  std::vector<double> all;
  for (const std::vector<HeadReading>& set : controls.sets) {
    for (const HeadReading& one : set) {
      all.insert(all.end(), {one.immediate_delta, one.late_delta, one.growth.value_or(-1e300),
                             one.significant_at_cut ? 1.0 : 0.0, static_cast<double>(one.n_late),
                             static_cast<double>(one.n_late_significant), one.one_sign ? 1.0 : 0.0,
                             one.change_at_cut, one.change_at_last});
    }
  }
  return all;
}

TEST(StudyControls, AreTheControlsOfEveryHead) {
  const TinyModel tiny = made();
  const Prompt prompt = random_prompt(12);
  const StudyControls controls = run_study_controls(tiny.model, prompt, kLayer, {}, options_of());
  EXPECT_EQ(controls.layer, kLayer);
  EXPECT_EQ(controls.n, kN);
  ASSERT_EQ(controls.sets.size(), static_cast<std::size_t>(kN));
  stats::Random seeds(1);
  for (int head = 0; head < 3; ++head) {
    const SilenceResult silenced = silence(tiny.model, prompt, {{{kLayer, head}}, {}, {}});
    const ControlResult alone = run_controls(tiny.model, silenced, options_of(1, 0, seeds.next()));
    std::vector<double> late;
    std::vector<double> growth;
    for (const std::vector<HeadReading>& set : controls.sets) {
      const HeadReading& reading = set[static_cast<std::size_t>(head)];
      late.push_back(reading.late_delta);
      growth.push_back(reading.growth.value());
      EXPECT_EQ(reading.n_late, 1);  // of 5 blocks
      EXPECT_GT(reading.change_at_cut, 0);
    }
    EXPECT_EQ(alone.late_delta.median, median(late)) << head;
    EXPECT_EQ(alone.growth.low, quantile(growth, 0.025)) << head;
  }
}

TEST(StudyControls, AreOfTheCut) {
  const TinyModel tiny = made();
  const Prompt prompt = random_prompt(12);
  Intervention cut{.heads = {}, .positions = {4, 11}, .mode = parse_slice_mode("mean")};
  const StudyControls controls =
      run_study_controls(tiny.model, prompt, kLayer, {}, options_of(), cut);
  stats::Random seeds(1);
  for (int head = 0; head < 3; ++head) {
    cut.heads = {{kLayer, head}};
    const SilenceResult silenced = silence(tiny.model, prompt, cut);
    const ControlResult alone = run_controls(tiny.model, silenced, options_of(1, 0, seeds.next()));
    std::vector<double> late;
    for (const std::vector<HeadReading>& set : controls.sets) {
      late.push_back(set[static_cast<std::size_t>(head)].late_delta);
    }
    EXPECT_EQ(alone.late_delta.median, median(late)) << head;
  }
  cut.positions = {12};
  EXPECT_THROW(run_study_controls(tiny.model, prompt, kLayer, {}, options_of(), cut), UsageError);
}

TEST(StudyControls, AreTestedAsTheHeadsAre) {
  const TinyModel tiny = made();
  const Prompt prompt = random_prompt(12);
  const auto n_significant = [&](const SilenceOptions& silencing) {
    int n = 0;
    for (const auto& set :
         run_study_controls(tiny.model, prompt, kLayer, silencing, options_of()).sets) {
      for (const HeadReading& one : set) n += one.n_late_significant;
    }
    return n;
  };
  SilenceOptions strict;
  strict.alpha = 1e-300;
  SilenceOptions lax;
  lax.alpha = 0.999999;
  lax.correction = Correction::none;
  EXPECT_EQ(n_significant(strict), 0);
  EXPECT_EQ(n_significant(lax), 3 * kN);
}

TEST(StudyControls, HaveTheSameBitsForAnyThreadsAndMemory) {
  const TinyModel tiny = made();
  const Prompt prompt = random_prompt(12);
  const std::vector<double> first =
      numbers(run_study_controls(tiny.model, prompt, kLayer, {}, options_of()));
  EXPECT_EQ(numbers(run_study_controls(tiny.model, prompt, kLayer, {}, options_of(3))), first);
  EXPECT_EQ(numbers(run_study_controls(tiny.model, prompt, kLayer, {}, options_of(2, 1))), first);
  EXPECT_NE(numbers(run_study_controls(tiny.model, prompt, kLayer, {}, options_of(1, 0, 2))),
            first);
}

TEST(StudyControls, TellHowFarTheyAre) {
  const TinyModel tiny = made();
  ControlOptions options = options_of();
  std::vector<int> seen;
  options.progress = [&seen](int done, int total) {
    EXPECT_EQ(total, 10000);
    seen.push_back(done);
  };
  run_study_controls(tiny.model, random_prompt(6), kLayer, {}, options);
  ASSERT_FALSE(seen.empty());
  EXPECT_TRUE(std::ranges::is_sorted(seen));
  EXPECT_EQ(seen.back(), 10000);
}

TEST(StudyControls, RefuseWhatCannotBe) {
  const TinyModel tiny = made();
  const Prompt prompt = random_prompt(6);
  EXPECT_THROW(run_study_controls(tiny.model, prompt, 5, {}, options_of()), UsageError);
  EXPECT_THROW(run_study_controls(tiny.model, prompt, -1, {}, options_of()), UsageError);
  ControlOptions few = options_of();
  few.n = kFewestControls - 1;
  EXPECT_THROW(run_study_controls(tiny.model, prompt, kLayer, {}, few), UsageError);
  SilenceOptions all_heads;
  all_heads.family = Family::sweep;
  all_heads.correction = Correction::holm;
  EXPECT_THROW(run_study_controls(tiny.model, prompt, kLayer, all_heads, options_of()), UsageError);
  all_heads.correction = Correction::bonferroni;
  EXPECT_EQ(run_study_controls(tiny.model, prompt, kLayer, all_heads, options_of()).n, kN);
}

}  // namespace study_controls_test
}  // namespace tacet
