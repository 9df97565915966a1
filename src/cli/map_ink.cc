#include "cli/map_ink.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "cli/palette.h"
#include "tacet/stats.h"

namespace tacet::cli {
namespace {

constexpr std::array<std::string_view, 4> kShades = {"░", "▒", "▓", "█"};

}  // namespace

double scale_end(std::vector<double> magnitudes) {
  constexpr double kFarOut = 2.0;
  std::erase_if(magnitudes, [](double value) { return !std::isfinite(value); });
  if (magnitudes.empty()) return 0;
  const double largest = std::ranges::max(magnitudes);
  const double usual = quantile(magnitudes, 0.95);
  return usual > 0 && largest > kFarOut * usual ? usual : largest;
}

std::string_view shade_of(double share, bool visible) {
  constexpr double kNothing = 0.05;
  const double magnitude = std::abs(share);
  if (magnitude < kNothing && !visible) return "";
  return kShades.at(std::min<std::size_t>(static_cast<std::size_t>(magnitude * 4), 3));
}

std::string swatches(bool from_zero, const Style& style) {
  constexpr int kSteps = 5;
  std::string out;
  for (int i = from_zero ? 0 : -kSteps; i <= kSteps; ++i) {
    const double share = static_cast<double>(i) / kSteps;
    out += style.fill(from_zero ? sequential_color(share) : diverging_color(share), "  ");
  }
  return out;
}

std::string plain_scale() {
  return "-█ -▓ -▒ -░  ·  +░ +▒ +▓ +█";
}

}  // namespace tacet::cli
