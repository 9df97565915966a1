/// @file
/// Pairs of words that were followed, the way a page takes them.
#pragma once

#include <cstddef>
#include <span>

#include "store/json_values.h"
#include "tacet/sweep.h"

namespace tacet::report {

/// Values that `followed_pairs` has; 0 where no pair was followed.
std::size_t n_followed_values(std::span<const SweepOutcome> outcomes);

/// `PromptData.followed` of web/src/data.ts: each pair with its clean line, one value for each
/// block and ln_f, and the silenced ones, row by row as in `cell_columns`, NaN where an outcome did
/// not follow the pair. Null where no pair was followed.
store::Json followed_pairs(std::span<const SweepOutcome> outcomes);

}  // namespace tacet::report
