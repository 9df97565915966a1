#pragma once

#include <string>

#include "cli/view.h"
#include "tacet/silence.h"

namespace tacet::cli {

/// All that `tacet trajectory` prints as a table: model and prompt; one line for the embedding,
/// each block and ln_f with the mean similarity as a bar, its quartiles, lengths, distances and
/// effective rank; where the mean begins, is smallest and ends.
std::string render_trajectory(const TrajectoryResult& result, const ModelView& model,
                              const View& view);

}  // namespace tacet::cli
