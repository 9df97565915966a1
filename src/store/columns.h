/// @file
/// The columns of results, each named once: JSON, CSV and the database are made from these lists.
#pragma once

#include <concepts>
#include <type_traits>

#include "tacet/silence.h"

namespace tacet::store {

/// A `Row`, const or not.
template <typename Type, typename Row>
concept RowOf = std::same_as<std::remove_const_t<Type>, Row>;

/// Calls `visit(name, field)` for every column of `row`, in order: a row of `layers`.
template <RowOf<LayerEffect> Row, typename Visit>
void visit_columns(Row& row, Visit&& visit) {
  visit("layer", row.layer);
  visit("n_pairs", row.n_pairs);
  visit("mean_clean", row.mean_clean);
  visit("mean_silenced", row.mean_silenced);
  visit("mean_delta", row.mean_delta);
  visit("sd_delta", row.sd_delta);
  visit("t", row.t);
  visit("df", row.df);
  visit("p", row.p);
  visit("p_adjusted", row.p_adjusted);
  visit("significant", row.significant);
  visit("effect", row.effect);
  visit("cohen_dz", row.cohen_dz);
  visit("ci_low", row.ci_low);
  visit("ci_high", row.ci_high);
  visit("direct_mean_delta", row.direct_mean_delta);
  visit("perturbation", row.perturbation);
  visit("norm_ratio", row.norm_ratio);
  visit("mean_distance_clean", row.mean_distance_clean);
  visit("mean_distance_silenced", row.mean_distance_silenced);
  visit("effective_rank_clean", row.effective_rank_clean);
  visit("effective_rank_silenced", row.effective_rank_silenced);
  visit("perturbation_absolute", row.perturbation_absolute);
  visit("cohen_dz_low", row.cohen_dz_low);
  visit("cohen_dz_high", row.cohen_dz_high);
  visit("glass_delta", row.glass_delta);
  visit("glass_delta_low", row.glass_delta_low);
  visit("glass_delta_high", row.glass_delta_high);
  visit("mean_delta_degrees", row.mean_delta_degrees);
  visit("mean_delta_degrees_low", row.mean_delta_degrees_low);
  visit("mean_delta_degrees_high", row.mean_delta_degrees_high);
  visit("cka", row.cka);
  visit("rank_correlation", row.rank_correlation);
  visit("noise_floor", row.noise_floor);
  visit("near_noise", row.near_noise);
}

/// The same for `ripple`.
template <RowOf<Ripple> Row, typename Visit>
void visit_columns(Row& row, Visit&& visit) {
  visit("cut_layer", row.cut_layer);
  visit("onset", row.onset);
  visit("immediate_delta", row.immediate_delta);
  visit("late_delta", row.late_delta);
  visit("late_layers", row.late_layers);
  visit("persistence", row.persistence);
  visit("growth", row.growth);
  visit("growth_absolute", row.growth_absolute);
  visit("sign_changes", row.sign_changes);
  visit("late_se", row.late_se);
  visit("growth_low", row.growth_low);
  visit("growth_high", row.growth_high);
}

/// The same for one test of a row, but for what only some tests have.
template <RowOf<TestResult> Row, typename Visit>
void visit_columns(Row& row, Visit&& visit) {
  visit("name", row.name);
  visit("statistic", row.statistic);
  visit("df", row.df);
  visit("se", row.se);
  visit("p", row.p);
  visit("log10_p", row.log10_p);
  visit("p_adjusted", row.p_adjusted);
  visit("significant", row.significant);
  visit("ci_low", row.ci_low);
  visit("ci_high", row.ci_high);
  visit("note", row.note);
  visit("token_share", row.token_share);
}

/// The same for one state of a pair that is followed.
template <RowOf<FollowedRow> Row, typename Visit>
void visit_columns(Row& row, Visit&& visit) {
  visit("layer", row.layer);
  visit("clean", row.clean);
  visit("silenced", row.silenced);
  visit("delta", row.delta);
  visit("direct_delta", row.direct_delta);
}

/// The same for a row of a trajectory.
template <RowOf<TrajectoryRow> Row, typename Visit>
void visit_columns(Row& row, Visit&& visit) {
  visit("n_pairs", row.n_pairs);
  visit("mean", row.mean);
  visit("sd", row.sd);
  visit("q25", row.q25);
  visit("median", row.median);
  visit("q75", row.q75);
  visit("mean_norm", row.mean_norm);
  visit("mean_distance", row.mean_distance);
  visit("effective_rank", row.effective_rank);
}

}  // namespace tacet::store
