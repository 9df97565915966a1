#pragma once

#include <string>

#include "cli/view.h"
#include "store/pull_listing.h"

namespace tacet::cli {

/// What `tacet pull` prints as a table: one line a file, then commit and folder.
std::string render_pull(const store::PullListing& listing, const View& view);

}  // namespace tacet::cli
