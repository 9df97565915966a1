/// @file
/// What a sweep found across prompts, as JSON.
#pragma once

#include "store/json_values.h"
#include "store/sweep_json.h"
#include "tacet/across.h"

namespace tacet::store {

/// The object `across` of a sweep's JSON: alpha, n_prompts, n_units, max_t {family_size,
/// enumerated, n_patterns, seed, smallest_p}, heads [{spec, mean, ... random_effects, signs, ...,
/// blocks}], holdout (null, or seed, choosing and testing [run ids] and what was tested, as above).
/// Throws NumericError for NaN. `listing.across` must be there.
Json across_json(const SweepListing& listing);

/// Adds mean, sd, se, t, df, p, log10_p, ci_low and ci_high. Throws NumericError for NaN.
ObjectBuilder& add_mean_test(ObjectBuilder& builder, const MeanTest& test);

/// `signs`: positive, negative, zero, agree, p.
Json signs_json(const SignCount& signs);

}  // namespace tacet::store
