/// @file
/// Several sweeps of the same heads, cut in different ways, as JSON and CSV.
#pragma once

#include <string>
#include <vector>

#include "store/sweep_json.h"
#include "tacet/comparison.h"

namespace tacet::store {

/// Sweeps that are compared: one listing a variant, in the order of the comparison's variants.
struct SweepVariants {
  std::vector<SweepListing> listings;
  Comparison comparison;
};

/// `"schema": "tacet.sweep/1"`: schema, version, model, variants [{name, and the rest of a single
/// sweep's keys: prompts, settings, test, heads, ...}], comparison (see comparison_json.h). Throws
/// NumericError for NaN.
std::string sweep_json(const SweepVariants& variants);

/// The lines of every variant's `sweep_csv`, before them a column `variant`, its name.
std::string sweep_csv(const SweepVariants& variants);

}  // namespace tacet::store
