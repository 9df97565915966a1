/// @file
/// What heads do across the prompts of a page.
#pragma once

#include <cstddef>
#include <span>

#include "store/json_values.h"
#include "tacet/across.h"
#include "tacet/sweep.h"

namespace tacet::report {

/// `AcrossData` of web/src/data.ts: late delta of every intervention with the prompt as the
/// observation, one entry per intervention in each column.
store::Json across_json(const AcrossResult& result);

/// Half the width of the interval around late delta at 1 - `alpha`, one entry per outcome: the
/// dyadic-robust standard error times the t of M - 1 degrees of freedom, M the `n_tokens` that take
/// part in pairs. NaN where there is no standard error.
store::Json late_half_column(std::span<const SweepOutcome> outcomes, std::size_t n_tokens,
                             double alpha);

}  // namespace tacet::report
