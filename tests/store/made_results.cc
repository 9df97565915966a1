#include "store/made_results.h"

#include <cmath>
#include <cstddef>
#include <limits>

namespace tacet::testing {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Prompt made_prompt() {
  return {.text = "\"Hi\" \xC3\xA9\n",
          .tokens = {{.id = 7, .text = "\"Hi\""},
                     {.id = 8, .text = " \xC3"},
                     {.id = 9, .text = "\xA9"},
                     {.id = 10, .text = "\n"}}};
}

LayerEffect unchanged_row() {
  LayerEffect row;
  row.layer = 0;
  row.n_pairs = 6;
  row.mean_clean = row.mean_silenced = 0.25;
  row.p_adjusted = std::nullopt;
  row.effect = Effect::unchanged;
  row.mean_distance_clean = row.mean_distance_silenced = 1.5;
  row.effective_rank_clean = row.effective_rank_silenced = 2.5;
  row.cka = 1.0;
  row.rank_correlation = 1.0;
  return row;
}

LayerEffect infinite_row() {
  LayerEffect row = unchanged_row();
  row.layer = 1;
  row.mean_silenced = 0.125;
  row.mean_delta = -0.125;
  row.t = -kInfinity;
  row.df = 5.0;
  row.p = 0.0;
  row.p_adjusted = 0.0;
  row.significant = true;
  row.effect = Effect::decoupling;
  row.cohen_dz = -kInfinity;
  row.ci_low = row.ci_high = -0.125;
  row.perturbation = 0.0625;
  row.perturbation_absolute = 0.75;
  row.rank_correlation = std::nullopt;
  return row;
}

LayerEffect ordinary_row() {
  return {.layer = 2,
          .n_pairs = 6,
          .mean_clean = 0.1,
          .mean_silenced = 0.30000000000000004,
          .mean_delta = 0.2,
          .sd_delta = 1e-7,
          .t = 2.5,
          .df = 5.0,
          .p = 1e-300,
          .p_adjusted = 3e-300,
          .significant = true,
          .effect = Effect::coupling,
          .cohen_dz = kInfinity,
          .cohen_dz_low = std::nullopt,
          .cohen_dz_high = std::nullopt,
          .glass_delta = std::nullopt,
          .glass_delta_low = std::nullopt,
          .glass_delta_high = std::nullopt,
          .mean_delta_degrees = std::nullopt,
          .mean_delta_degrees_low = std::nullopt,
          .mean_delta_degrees_high = std::nullopt,
          .ci_low = 0.15,
          .ci_high = 0.25,
          .direct_mean_delta = -0.05,
          .perturbation = 0.01,
          .perturbation_absolute = 12.0,
          .norm_ratio = 1.01,
          .mean_distance_clean = 3.5,
          .mean_distance_silenced = 3.25,
          .effective_rank_clean = 2.75,
          .effective_rank_silenced = 2.625,
          .cka = 0.875,
          .rank_correlation = -0.25,
          .noise_floor = std::nullopt,
          .near_noise = std::nullopt,
          .tests = {},
          .dimensions = {}};
}

TrajectorySummary made_summary() {
  return {.min_layer = 2,
          .initial_mean = 0.25,
          .min_mean = 0.1,
          .final_mean = 0.1,
          .embedding_mean = 0.5,
          .final_norm_mean = 0.9};
}

TrajectoryRow made_row(double first) {
  return {.n_pairs = 6,
          .mean = first,
          .sd = first + 0.125,
          .q25 = first + 0.25,
          .median = first + 0.375,
          .q75 = first + 0.5,
          .mean_norm = first + 1,
          .mean_distance = first + 2,
          .effective_rank = first + 3};
}

}  // namespace

store::ModelSummary made_model() {
  return {.id = "models/m\xFFni",
          .n_layer = 3,
          .n_head = 4,
          .d_model = 5,
          .dtype = "F16",
          .fingerprint = "0123456789abcdef"};
}

SilenceResult made_silence() {
  SilenceResult result;
  result.prompt = made_prompt();
  result.intervention = {.heads = {{1, 0}, {1, 3}}, .positions = {1, 2}, .mode = {0.5F}};
  result.values_changed = 4;
  result.test.family_size = 3;
  result.test.threshold = 0.0125;
  result.layers = {unchanged_row(), infinite_row(), ordinary_row()};
  result.final_norm = ordinary_row();
  result.final_norm->layer = 3;
  result.final_norm->p_adjusted = std::nullopt;
  result.ripple = {.cut_layer = 1,
                   .onset = 1,
                   .immediate_delta = -0.125,
                   .late_delta = 0.2,
                   .late_layers = {2},
                   .persistence = 0.5,
                   .growth = std::nullopt,
                   .growth_low = std::nullopt,
                   .growth_high = std::nullopt,
                   .growth_absolute = 2.75,
                   .sign_changes = 1,
                   .late_se = 0.0625};
  result.trajectory = made_summary();
  result.effect_depends_on_first = {2};
  result.timing = {.load_s = 0.25, .forward_s = 0.5, .analysis_s = 0.125};
  return result;
}

TrajectoryResult made_trajectory() {
  TrajectoryResult result;
  result.prompt = made_prompt();
  result.states = StatesKind::hf;
  result.cosine = Cosine::centred;
  result.exclude_first = true;
  result.embedding = made_row(0.5);
  result.layers = {made_row(0.25), made_row(-0.25)};
  result.final_norm = made_row(-1);
  result.summary = made_summary();
  result.timing = {.load_s = 0.25, .forward_s = 0.5, .analysis_s = 0.125};
  return result;
}

States made_states(float seed) {
  States states(3, 4, 5);
  for (int index = 0; index < 5; ++index) {
    const auto state = states.state(index);
    for (std::size_t i = 0; i < state.size(); ++i) {
      const auto place = static_cast<float>(i) + 20.0F * static_cast<float>(index);
      state[i] = std::sin(seed * (1.0F + place));
    }
  }
  return states;
}

}  // namespace tacet::testing
