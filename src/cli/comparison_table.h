#pragma once

#include <cstddef>
#include <string>

#include "cli/view.h"
#include "tacet/comparison.h"

namespace tacet::cli {

/// What a comparison says below its maps: the histograms where there are many heads, mean, spread
/// and quartiles of the variants, the `top` heads on which they differ most (all of them with
/// --verbose), and for each pair how far they go together. Ends in a legend, unless the view is
/// quiet.
std::string render_comparison(const Comparison& comparison, std::size_t top, const View& view);

}  // namespace tacet::cli
