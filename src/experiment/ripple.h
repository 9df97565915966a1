#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tacet/silence.h"

namespace tacet::experiment {

/// The number of tests m that a family counts, for a cut in a model of n_layer x n_head.
std::int64_t family_size(Family family, int n_layer, int n_head, int cut_layer);

/// Fills p_adjusted, significant and effect of the rows of one intervention.
/// `rows` are the n_layer blocks in order; rows that are `unchanged` stay so.
void judge(std::span<LayerEffect> rows, const TestSummary& test, int cut_layer);

/// Judges a row that stands outside the family: significant means p < alpha.
void judge_alone(LayerEffect& row, double alpha);

/// The late blocks: the last ceil(n_layer / 5).
std::vector<int> late_layers(int n_layer);

/// How the change travels: onset, persistence, growth and the rest, from judged rows.
Ripple make_ripple(std::span<const LayerEffect> rows, int cut_layer);

}  // namespace tacet::experiment
