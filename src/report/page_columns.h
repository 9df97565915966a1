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

/// `DecidedSummary`: of the columns of `heads` those that follow from the test that decides.
store::Json decided_columns(std::span<const HeadSummary> heads);

/// `DecidedColumns`: the same of `outcomes`, decided by a test, and of `heads`, their summary.
store::Json decided_columns(std::span<const SweepOutcome> outcomes,
                            std::span<const HeadSummary> heads, bool full);

/// Values that `token_share_column` has; 0 without the token-swap test.
std::size_t n_token_shares(std::span<const SweepOutcome> outcomes);

/// `PromptData.token_share`: what each token that takes part in pairs has of the change, row by row
/// as in `cell_columns`, NaN in rows without; null without the token-swap test.
store::Json token_share_column(std::span<const SweepOutcome> outcomes);

}  // namespace tacet::report
