/// @file
/// What a sweep did to the pairs that it followed, as JSON and for the CSV.
#pragma once

#include "store/json_values.h"
#include "store/sweep_json.h"

namespace tacet::store {

/// The array `followed` of a sweep's JSON, one entry for each pair of words: pair, family_size,
/// across (null with one prompt; else n_prompts, n_units, heads [{spec, mean, ..., signs,
/// p_bonferroni, p_bh}]) and places, one for each two tokens of each run: run, positions, heads
/// [{spec, late_delta, mean_delta, n_blocks, t, df, p, p_bonferroni, p_bh}], strongest {spec, pair,
/// positions, layers, final_norm}. Throws NumericError for NaN.
Json followed_sweep_json(const SweepListing& listing);

/// What stands behind the other columns of a line of the CSV: the pair, its positions, and the
/// numbers of its intervention number `head` as above, each with `pair_` before its name. Throws
/// NumericError for NaN.
Json followed_columns(const FollowedSweep& sweep, std::size_t head);

}  // namespace tacet::store
