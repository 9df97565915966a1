#pragma once

#include <string>
#include <string_view>

namespace tacet::report {

/// Most pixels of a picture, width times height: 100 million take 400 MB.
inline constexpr double kMostPixels = 100e6;

/// An SVG document as PNG, `scale` pixels to each px of the document. Throws UsageError where that
/// is more than `kMostPixels`, Error where it cannot be drawn.
std::string svg_to_png(std::string_view svg, double scale);

/// An SVG document as PDF of one page; its lines and letters stay lines and letters. 96 px are an
/// inch. Throws Error where it cannot be drawn.
std::string svg_to_pdf(std::string_view svg);

}  // namespace tacet::report
