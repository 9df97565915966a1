#include "cli/style.h"

#include <cmath>

#include <fmt/format.h>

namespace tacet::cli {
namespace {

// The 16 basic colours: they follow the terminal's own theme, dark or light.
std::string_view code_of(Ink ink) {
  switch (ink) {
    case Ink::plain:
      return "";
    case Ink::title:
      return "1";
    case Ink::dim:
      return "2";
    case Ink::bar:
      return "36";
    case Ink::coupling:
      return "31";
    case Ink::decoupling:
      return "34";
    case Ink::cut:
      return "1;35";
    case Ink::warning:
      return "33";
    case Ink::holds:
      return "1;32";
    case Ink::in_part:
      return "1;33";
    case Ink::fails:
      return "1;31";
  }
  return "";
}

/// One channel of sRGB as an amount of light, 0 to 1.
double linear(std::uint8_t channel) {
  const double value = channel / 255.0;
  return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

/// Whether black stands out from this ground better than white, by WCAG 2's contrast ratio. The
/// better one of the two has at least 4.5 on any ground.
bool is_light(const Color& ground) {
  constexpr double kSameContrast = 0.1791;  // (x + 0.05) / 0.05 = 1.05 / (x + 0.05)
  const double luminance =
      0.2126 * linear(ground.red) + 0.7152 * linear(ground.green) + 0.0722 * linear(ground.blue);
  return luminance > kSameContrast;
}

}  // namespace

std::string Style::fill(const Color& ground, std::string_view text) const {
  if (!color_ || text.empty()) return std::string(text);
  const int ink = is_light(ground) ? 16 : 231;  // the cube's black and white, in no theme's hands
  const std::string color = true_color_
                                ? fmt::format("2;{};{};{}", ground.red, ground.green, ground.blue)
                                : fmt::format("5;{}", ground.number);
  return fmt::format("\x1b[38;5;{};48;{}m{}\x1b[0m", ink, color, text);
}

std::string Style::paint(Ink ink, std::string_view text) const {
  const std::string_view code = code_of(ink);
  const auto first = text.find_first_not_of(' ');
  if (!color_ || code.empty() || first == std::string_view::npos) return std::string(text);
  const auto last = text.find_last_not_of(' ') + 1;
  std::string out(text.substr(0, first));
  out.append("\x1b[").append(code).append("m");
  out.append(text.substr(first, last - first)).append("\x1b[0m");
  return out.append(text.substr(last));
}

}  // namespace tacet::cli
