#pragma once

#include <string>

#include "cli/sweep_compare.h"
#include "cli/sweep_table.h"
#include "cli/view.h"

namespace tacet::cli {

/// All that a comparison of sweeps prints as a table: model, variants and prompts; the map of every
/// variant, in one scale; what the comparison says.
std::string render_sweep_comparison(const ShownVariants& shown, const SweepTableOptions& options,
                                    const View& view);

}  // namespace tacet::cli
