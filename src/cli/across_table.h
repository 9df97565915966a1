#pragma once

#include <cstddef>
#include <string>

#include "cli/view.h"
#include "store/sweep_json.h"

namespace tacet::cli {

/// The section "across prompts" of a sweep's table, its notes included: the `top` heads with the
/// largest |t| over the prompts, and those of --holdout where it was asked for. Empty without
/// `listing.across`.
std::string render_across(const store::SweepListing& listing, std::size_t top, const View& view);

}  // namespace tacet::cli
