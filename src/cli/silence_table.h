#pragma once

#include <string>

#include "cli/view.h"
#include "tacet/silence.h"

namespace tacet::cli {

/// One line per block and ln_f's apart: gutter with the cut and the late blocks, the mean
/// similarity as a bar, the difference as a bar and a number, t, adjusted p, effect. At most 96
/// columns, at most 80 when the view is narrower than that.
std::string render_blocks(const SilenceResult& result, const View& view);

/// The further columns of `--verbose`, one line per block: p, effect size, interval, direct part,
/// perturbation, norms, distances, ranks. At most 100 columns.
std::string render_block_details(const SilenceResult& result, const View& view);

/// Whether significant blocks carry a mark that says if the token-swap test, beside the deciding
/// one, agrees.
bool shows_standing(const SilenceResult& result);

/// Whether significant rows carry a mark that says that they lie near the noise floor.
bool shows_near_noise(const SilenceResult& result);

}  // namespace tacet::cli
