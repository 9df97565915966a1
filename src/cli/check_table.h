#pragma once

#include <string>

#include "cli/view.h"
#include "store/references.h"

namespace tacet::cli {

/// What `tacet check` prints as a table: one line a fact, below it what was published and found,
/// and where it comes from; facts that are not applicable with the reason; at the end how many of
/// each.
std::string render_check(const store::CheckListing& listing, const View& view);

}  // namespace tacet::cli
