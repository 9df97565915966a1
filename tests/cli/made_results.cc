#include "cli/made_results.h"

#include <limits>

namespace tacet::cli::testing {
namespace {

LayerEffect row(int layer, double clean, double delta, Effect effect) {
  LayerEffect made;
  made.layer = layer;
  made.n_pairs = 6;
  made.mean_clean = clean;
  made.mean_silenced = clean + delta;
  made.mean_delta = delta;
  made.effect = effect;
  made.significant = effect == Effect::coupling || effect == Effect::decoupling;
  made.mean_distance_clean = 12.25;
  made.mean_distance_silenced = 12.5;
  made.effective_rank_clean = 3.5;
  made.effective_rank_silenced = 3.25;
  return made;
}

LayerEffect tested(LayerEffect made, double t, double p, double p_adjusted) {
  made.sd_delta = 0.01;
  made.t = t;
  made.df = 5;
  made.p = p;
  made.p_adjusted = p_adjusted;
  made.cohen_dz = t / 2.5;
  made.ci_low = made.mean_delta - 0.001;
  made.ci_high = made.mean_delta + 0.001;
  made.direct_mean_delta = made.mean_delta / 2;
  made.perturbation = 0.03125;
  made.norm_ratio = 0.99;
  return made;
}

Prompt made_prompt() {
  return {.text = "I like pizza!",
          .tokens = {{40, "I"}, {588, " like"}, {14256, " pizza"}, {0, "!"}}};
}

TrajectoryRow trajectory_row(double mean) {
  return {.n_pairs = 6,
          .mean = mean,
          .sd = 0.125,
          .q25 = mean - 0.125,
          .median = mean + 0.01,
          .q75 = mean + 0.125,
          .mean_norm = 123.456,
          .mean_distance = 45.678,
          .effective_rank = 2.75};
}

TrajectorySummary made_summary() {
  return {.min_layer = 2,
          .initial_mean = 0.625,
          .min_mean = -0.25,
          .final_mean = 0.875,
          .embedding_mean = 0.5,
          .final_norm_mean = 0.96875};
}

}  // namespace

ModelView made_model() {
  return {.id = "made",
          .n_layer = 5,
          .n_head = 4,
          .d_model = 32,
          .dtype = "F32",
          .fingerprint = "0123456789abcdef"};
}

SilenceResult made_silence() {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  SilenceResult result;
  result.prompt = made_prompt();
  result.intervention.heads = {{1, 2}};
  result.values_changed = 32;
  result.test = {.family_size = 5, .threshold = 0.01};
  result.layers = {
      row(0, 0.625, 0, Effect::unchanged),
      tested(row(1, 0.375, -0.00002, Effect::none), -1.5, 0.194, 0.97),
      tested(row(2, -0.25, 0.0125, Effect::coupling), 9.0, 0.00028, 0.0014),
      tested(row(3, 0.5, -0.05, Effect::decoupling), -1234.5, 1e-15, 5e-15),
      tested(row(4, 0.875, 0.025, Effect::coupling), kInfinity, 0, 0),
  };
  result.final_norm = tested(row(5, 0.96875, 0.001, Effect::coupling), 3.5, 0.017, 0);
  result.final_norm->p_adjusted = std::nullopt;
  result.ripple = {.cut_layer = 1,
                   .onset = 2,
                   .immediate_delta = -0.00002,
                   .late_delta = 0.025,
                   .late_layers = {4},
                   .persistence = 2.0 / 3,
                   .growth = 0.1,
                   .growth_low = std::nullopt,
                   .growth_high = std::nullopt,
                   .growth_absolute = std::nullopt,
                   .sign_changes = 2,
                   .late_se = 0.0625};
  result.trajectory = made_summary();
  result.effect_depends_on_first = {2, 3};
  return result;
}

TrajectoryResult made_trajectory() {
  TrajectoryResult result;
  result.prompt = made_prompt();
  result.embedding = trajectory_row(0.5);
  for (const double mean : {0.625, 0.375, -0.25, 0.5, 0.875}) {
    result.layers.push_back(trajectory_row(mean));
  }
  result.final_norm = trajectory_row(0.96875);
  result.summary = made_summary();
  return result;
}

}  // namespace tacet::cli::testing
