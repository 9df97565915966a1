#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/style.h"

namespace tacet::cli {

// What the cells of all maps on the terminal are drawn with.

/// The end of the colour scale: the largest magnitude, or, where a few stand far out, the one that
/// all but a twentieth stay within; else these few would leave the rest without colour. Infinities
/// do not count; 0 where there is nothing else.
double scale_end(std::vector<double> magnitudes);

/// "▓" for a share of 0.6 of the scale, of either sign; empty for what is next to nothing, unless
/// it has to be `visible`.
std::string_view shade_of(double share, bool visible);

/// The colours from one end of the scale to the other: from 0 to 1 when `from_zero`, else from -1.
std::string swatches(bool from_zero, const Style& style);

/// The same without colour: signs and shades.
std::string plain_scale();

}  // namespace tacet::cli
