#pragma once

#include <cstddef>

#include "experiment/clean_state.h"
#include "tacet/silence.h"

namespace tacet::experiment {

/// Fills `row.dimensions` with the `count` dimensions whose share of the clean mean similarity by
/// `comparison` is farthest from 0. The row's means are set already; `clean` must be measured for
/// the comparison. For a block that did not change, `after` is the clean state's own.
void add_dimension_shares(LayerEffect& row, const CleanState& clean, const MeasuredState& after,
                          const Comparison& comparison, std::size_t count, int threads);

}  // namespace tacet::experiment
