#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "tacet/silence.h"

namespace tacet::experiment {

/// The number of tests m that a family counts, for a cut in a model of n_layer x n_head.
std::int64_t family_size(Family family, int n_layer, int n_head, int cut_layer);

/// Fills p_adjusted, significant and effect of the rows of one intervention, and of the tests
/// beside. `rows` are the n_layer blocks in order; rows that are `unchanged` stay so. `max_t` is
/// the token-swap test's own family-wise p of every row: it stands for its p_adjusted where the
/// correction is one of the family-wise error (Bonferroni, Holm) and the family is one
/// intervention's blocks. Without it, p_adjusted is made as for the other tests.
void judge(std::span<LayerEffect> rows, const TestSummary& test, int cut_layer,
           std::span<const std::optional<double>> max_t = {});

/// Judges a row that stands outside the family: significant means p < alpha, for every test.
void judge_alone(LayerEffect& row, double alpha);

/// A judged row's effect: `unchanged` stays, otherwise by `significant` and the sign.
Effect effect_of(const LayerEffect& row);

/// The late blocks: the last ceil(n_layer / 5).
std::vector<int> late_layers(int n_layer);

/// What the silenced heads are by their late blocks at or above the cut, from judged rows.
Role role_of(std::span<const LayerEffect> rows, const Ripple& ripple);

/// How the change travels: onset, persistence, growth and the rest, from judged rows.
Ripple make_ripple(std::span<const LayerEffect> rows, int cut_layer);

/// Gives `growth` its interval at 1 - alpha by the jackknife over tokens: the slope again without
/// each token that can move. `relative` holds a row's |v' - v| / |v| of those tokens each,
/// [rows][tokens], empty below the cut. Without a growth, or with fewer than 3 such tokens, there
/// is none.
void add_growth_interval(Ripple& ripple, std::span<const std::vector<double>> relative,
                         double alpha);

}  // namespace tacet::experiment
