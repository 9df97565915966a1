#pragma once

#include <cstddef>
#include <string>

#include "cli/view.h"
#include "tacet/comparison.h"

namespace tacet::cli {

/// The values of every variant as a histogram, one below the other, over common bins and to one
/// height. Empty where every value is 0. Fits the view's width from 80 columns on.
std::string render_histograms(const Comparison& comparison, const View& view);

/// What a comparison says below its maps: the histograms where there are many heads, mean, spread and quartiles of the
/// variants, the `top` heads on which they differ most (all of them with --verbose), and for each
/// pair how far they go together. Ends in a legend, unless the view is quiet.
std::string render_comparison(const Comparison& comparison, std::size_t top, const View& view);

/// Two texts of several lines beside one another, the right one from column `at` on.
std::string beside(const std::string& left, const std::string& right, std::size_t at);

}  // namespace tacet::cli
