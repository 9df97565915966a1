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
