#pragma once

#include <cstddef>
#include <string>

#include "cli/view.h"
#include "store/sweep_json.h"

namespace tacet::cli {

/// What a sweep did to the pairs that it followed: for each a map of its late delta by block and
/// head, the `top` interventions that move it most, how many would be significant, and why that is
/// to be read with care. Of one prompt by the test over its blocks, pair by pair of positions; of
/// several by the test over the prompts, pair by pair of words. Begins with an empty line; empty
/// where no pairs are followed. At most as wide as the view, which is 80 columns at least.
std::string render_followed(const store::SweepListing& listing, std::size_t top, const View& view);

}  // namespace tacet::cli
