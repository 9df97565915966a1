/// @file
/// Results as columns of numbers, the way the page takes them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "store/json_values.h"
#include "tacet/sweep.h"

namespace tacet::report {

/// `SummaryColumns` of web/src/data.ts, one entry per head of `heads`.
store::Json summary_columns(std::span<const HeadSummary> heads);

/// `RippleColumns`, one entry per outcome.
store::Json ripple_columns(std::span<const SweepOutcome> outcomes);

/// Rows that `outcomes` have in the page: the blocks from each cut on, and ln_f.
std::size_t n_rows(std::span<const SweepOutcome> outcomes);

/// `CellColumns`; without `full` those that a large page leaves out are null.
store::Json cell_columns(std::span<const SweepOutcome> outcomes, bool full);

}  // namespace tacet::report
