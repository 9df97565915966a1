// The clean trajectory: every figure again, from the states that the run keeps.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "experiment/prompts.h"
#include "support/compare.h"
#include "support/reference.h"
#include "support/tiny_model.h"
#include "support/twin.h"
#include "tacet/error.h"
#include "tacet/forward.h"
#include "tacet/silence.h"

namespace tacet {
namespace trajectory_test {

using testing::random_prompt;
using testing::TinyModel;
using testing::TinyModelOptions;

TinyModelOptions five_blocks() {
  TinyModelOptions options;
  options.n_layer = 5;
  options.n_head = 2;
  options.d_model = 20;
  return options;
}

/// The vectors of a state in double, without the first when asked.
std::vector<std::vector<double>> vectors_of(const States& states, int index, bool exclude_first) {
  std::vector<std::vector<double>> out;
  for (int t = exclude_first ? 1 : 0; t < states.n_tokens(); ++t) {
    const auto row = testing::rows_of(states, index, t, 1);
    out.emplace_back(row.begin(), row.end());
  }
  return out;
}

double dot(const std::vector<double>& x, const std::vector<double>& y) {
  double sum = 0;
  for (std::size_t k = 0; k < x.size(); ++k) sum += x[k] * y[k];
  return sum;
}

/// Hyndman and Fan's type 7, written out.
double quantile_of(const std::vector<double>& sorted, double q) {
  const double place = q * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(place);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (place - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

void expect_row(const TrajectoryRow& row, const States& states, int index, bool exclude_first) {
  const auto v = vectors_of(states, index, exclude_first);
  std::vector<double> cosines;
  double lengths = 0;
  double distances = 0;
  std::vector<double> flat;
  for (std::size_t i = 0; i < v.size(); ++i) {
    lengths += std::sqrt(dot(v[i], v[i]));
    flat.insert(flat.end(), v[i].begin(), v[i].end());
    for (std::size_t j = i + 1; j < v.size(); ++j) {
      cosines.push_back(dot(v[i], v[j]) / std::sqrt(dot(v[i], v[i]) * dot(v[j], v[j])));
      distances +=
          std::sqrt(std::max(0.0, dot(v[i], v[i]) + dot(v[j], v[j]) - 2 * dot(v[i], v[j])));
    }
  }
  const auto n = static_cast<double>(cosines.size());
  double mean = 0;
  for (const double c : cosines) mean += c / n;
  double squares = 0;
  for (const double c : cosines) squares += (c - mean) * (c - mean);
  std::sort(cosines.begin(), cosines.end());
  const std::string where = "state " + std::to_string(index);
  EXPECT_EQ(row.n_pairs, static_cast<std::int64_t>(cosines.size())) << where;
  EXPECT_NEAR(row.mean, mean, 1e-12) << where;
  EXPECT_NEAR(row.sd, std::sqrt(squares / (n - 1)), 1e-12) << where;
  EXPECT_NEAR(row.q25, quantile_of(cosines, 0.25), 1e-12) << where;
  EXPECT_NEAR(row.median, quantile_of(cosines, 0.5), 1e-12) << where;
  EXPECT_NEAR(row.q75, quantile_of(cosines, 0.75), 1e-12) << where;
  EXPECT_NEAR(row.mean_norm, lengths / static_cast<double>(v.size()), 1e-9) << where;
  EXPECT_NEAR(row.mean_distance, distances / n, 1e-9) << where;
  EXPECT_NEAR(row.effective_rank, testing::twin_effective_rank(flat, states.d_model()), 1e-9)
      << where;
}

TEST(Trajectory, EveryFigureIsThatOfTheStates) {
  TinyModelOptions model = five_blocks();
  for (const bool sink : {false, true}) {
    model.sink = sink;
    const TinyModel tiny(model);
    for (const bool exclude_first : {false, true}) {
      SilenceOptions options;
      options.exclude_first = exclude_first;
      options.keep_states = true;
      const Prompt prompt = random_prompt(9);
      const TrajectoryResult result = trajectory(tiny.model, prompt, options);
      const States& states = result.clean;
      EXPECT_TRUE(testing::same_bits(states.data(),
                                     forward(tiny.model, testing::ids_in(prompt)).clean.data()));
      expect_row(result.embedding, states, 0, exclude_first);
      ASSERT_EQ(result.layers.size(), 5U);
      for (int layer = 0; layer < 5; ++layer) {
        expect_row(result.layers[static_cast<std::size_t>(layer)], states, layer + 1,
                   exclude_first);
      }
      expect_row(result.final_norm, states, 6, exclude_first);
      EXPECT_EQ(result.exclude_first, exclude_first);
    }
  }
}

TEST(Trajectory, TheSummaryNamesTheLowestRow) {
  const TinyModel tiny(five_blocks());
  const TrajectoryResult result = trajectory(tiny.model, random_prompt(9));
  const auto lowest = std::ranges::min_element(result.layers, {}, &TrajectoryRow::mean);
  EXPECT_EQ(result.summary.min_layer, lowest - result.layers.begin());
  EXPECT_EQ(result.summary.min_mean, lowest->mean);
  EXPECT_EQ(result.summary.initial_mean, result.layers.front().mean);
  EXPECT_EQ(result.summary.final_mean, result.layers.back().mean);
  EXPECT_EQ(result.summary.embedding_mean, result.embedding.mean);
  EXPECT_EQ(result.summary.final_norm_mean, result.final_norm.mean);
  EXPECT_TRUE(result.clean.data().empty());
}

TEST(Trajectory, AgreesWithThatOfSilence) {
  const TinyModel tiny(five_blocks());
  for (const StatesKind states : {StatesKind::block, StatesKind::hf}) {
    for (const Cosine cosine :
         {Cosine::raw, Cosine::centred, Cosine::standardised, Cosine::no_rogue}) {
      SilenceOptions options;
      options.states = states;
      options.cosine = cosine;
      options.rogue_dimensions = cosine == Cosine::no_rogue ? 3 : 0;
      const Prompt prompt = random_prompt(9);
      const TrajectoryResult clean = trajectory(tiny.model, prompt, options);
      const SilenceResult cut = silence(tiny.model, prompt, {{{2, 1}}, {}, {}}, options);
      EXPECT_EQ(clean.states, states);
      EXPECT_EQ(clean.cosine, cosine);
      for (std::size_t layer = 0; layer < 5; ++layer) {
        EXPECT_EQ(clean.layers[layer].mean, cut.layers[layer].mean_clean) << layer;
        EXPECT_EQ(clean.layers[layer].mean_distance, cut.layers[layer].mean_distance_clean);
        EXPECT_EQ(clean.layers[layer].effective_rank, cut.layers[layer].effective_rank_clean);
      }
      EXPECT_EQ(clean.summary.min_layer, cut.trajectory.min_layer);
      EXPECT_EQ(clean.summary.min_mean, cut.trajectory.min_mean);
      EXPECT_EQ(clean.summary.initial_mean, cut.trajectory.initial_mean);
      EXPECT_EQ(clean.summary.final_mean, cut.trajectory.final_mean);
      EXPECT_EQ(clean.summary.embedding_mean, cut.trajectory.embedding_mean);
      EXPECT_EQ(clean.summary.final_norm_mean, cut.trajectory.final_norm_mean);
    }
  }
}

TEST(Trajectory, RefusesWhatSilenceRefuses) {
  const TinyModel tiny(five_blocks());
  EXPECT_THROW(trajectory(tiny.model, random_prompt(0)), InputError);
  EXPECT_THROW(trajectory(tiny.model, random_prompt(17)), InputError);
  EXPECT_THROW(trajectory(tiny.model, testing::prompt_of(std::vector<std::int32_t>{1, 2, -1})),
               UsageError);
  SilenceOptions options;
  options.threads = -1;
  EXPECT_THROW(trajectory(tiny.model, random_prompt(5), options), UsageError);
}

}  // namespace trajectory_test
}  // namespace tacet
