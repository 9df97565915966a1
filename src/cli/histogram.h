#pragma once

#include <cstddef>
#include <string>

#include "cli/view.h"
#include "tacet/comparison.h"

namespace tacet::cli {

/// Columns that the name of a variant may take.
inline constexpr std::size_t kWidestVariant = 20;

/// The name of a variant as it is shown: what could disturb a terminal escaped, cut where it is
/// long.
std::string shown_variant(const std::string& name);

/// A number with its sign and three significant digits; 0 is "0".
std::string format_signed(double value);

/// The values of every variant as a histogram, one below the other, over common bins and to one
/// height. Empty where every value is 0. Fits the view's width from 80 columns on.
std::string render_histograms(const Comparison& comparison, const View& view);

}  // namespace tacet::cli
