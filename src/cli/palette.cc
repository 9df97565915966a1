#include "cli/palette.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>

namespace tacet::cli {
namespace {

// Cynthia Brewer's schemes (colorbrewer2.org): RdBu with 11 classes, Purples with 9. The numbers
// are chosen by eye: the nearest ones would turn dark blue into green.
constexpr std::array kDiverging = {
    Color{5, 48, 97, 17},      Color{33, 102, 172, 25},   Color{67, 147, 195, 68},
    Color{146, 197, 222, 110}, Color{209, 229, 240, 153}, Color{247, 247, 247, 255},
    Color{253, 219, 199, 224}, Color{244, 165, 130, 217}, Color{214, 96, 77, 167},
    Color{178, 24, 43, 124},   Color{103, 0, 31, 52}};
constexpr std::array kSequential = {
    Color{252, 251, 253, 255}, Color{239, 237, 245, 254}, Color{218, 218, 235, 189},
    Color{188, 189, 220, 146}, Color{158, 154, 200, 140}, Color{128, 125, 186, 104},
    Color{106, 81, 163, 61},   Color{84, 39, 143, 55},    Color{63, 0, 125, 54}};

std::uint8_t mix(std::uint8_t from, std::uint8_t to, double share) {
  return static_cast<std::uint8_t>(std::lround(std::lerp(from, to, share)));
}

/// The colour at `share` in [0, 1] of the way along `colors`.
Color color_at(std::span<const Color> colors, double share) {
  const double position = std::clamp(share, 0.0, 1.0) * static_cast<double>(colors.size() - 1);
  const std::size_t below = std::min(static_cast<std::size_t>(position), colors.size() - 2);
  const double part = position - static_cast<double>(below);
  const Color& from = colors[below];
  const Color& to = colors[below + 1];
  return {mix(from.red, to.red, part), mix(from.green, to.green, part),
          mix(from.blue, to.blue, part), part < 0.5 ? from.number : to.number};
}

}  // namespace

Color diverging_color(double value) {
  return color_at(kDiverging, (value + 1) / 2);
}

Color sequential_color(double value) {
  return color_at(kSequential, value);
}

}  // namespace tacet::cli
