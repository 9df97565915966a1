#pragma once

#include "store/json_values.h"
#include "tacet/comparison.h"

namespace tacet::store {

/// `comparison`: {what, value, by, edges, variants [{name, n, mean, sd, median, q25, q75, min, max,
/// median_abs, histogram, n_coupling, n_decoupling | n_top1_changed}], pairs [{a, b, pearson,
/// spearman, same_sign, n_both, n_only_a, n_only_b, sd_ratio, spread_test {statistic, df, p}}],
/// heads [{spec, values}]}. `a` and `b` are names; edges and histogram are null where every value
/// is 0, and so is every other number that does not exist. Throws NumericError for NaN.
Json comparison_json(const Comparison& comparison);

}  // namespace tacet::store
