#pragma once

#include "cli/style.h"

namespace tacet::cli {

/// Blue for -1, nearly white for 0, red for 1, evenly graded between; values outside are clipped.
/// ColorBrewer's RdBu, which the colour-blind can read too.
Color diverging_color(double value);

/// Nearly white for 0 to dark violet for 1; values outside are clipped. ColorBrewer's Purples.
Color sequential_color(double value);

}  // namespace tacet::cli
