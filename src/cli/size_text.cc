#include "cli/size_text.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

namespace tacet::cli {
namespace {

constexpr int kDigits = 2;        // significant ones, of the largest number
constexpr int kMostDecimals = 7;  // beyond, the number is shown as 0

/// "-0.48 [-1.18, +0.22]": all three with as many decimals as the largest needs, so that they stand
/// at one precision; "-" where there is no value.
std::string with_interval(const std::optional<double>& value, const std::optional<double>& low,
                          const std::optional<double>& high, std::string_view unit = "") {
  if (!value) return "-";
  if (!std::isfinite(*value)) return fmt::format("{:+}{}", *value, unit);
  const bool bounded = low && high && std::isfinite(*low) && std::isfinite(*high);
  double largest = std::abs(*value);
  if (bounded) largest = std::max({largest, std::abs(*low), std::abs(*high)});
  const int magnitude = largest > 0 ? static_cast<int>(std::floor(std::log10(largest))) : 0;
  const int decimals = std::clamp(kDigits - 1 - magnitude, 0, kMostDecimals);
  std::string text = fmt::format("{:+.{}f}{}", *value, decimals, unit);
  if (bounded) text += fmt::format(" [{:+.{}f}, {:+.{}f}]", *low, decimals, *high, decimals);
  return text;
}

/// A slope of a logarithm as a factor.
std::string factor(const std::optional<double>& slope) {
  return slope ? fmt::format("x {:.3f} per block", std::exp(*slope)) : std::string("unknown");
}

}  // namespace

std::string late_size_text(const SilenceResult& result) {
  const LayerEffect* largest = nullptr;
  for (const int layer : result.ripple.late_layers) {
    const LayerEffect& row = result.layers[static_cast<std::size_t>(layer)];
    if (row.effect == Effect::unchanged) continue;
    if (largest == nullptr || std::abs(row.mean_delta) > std::abs(largest->mean_delta)) {
      largest = &row;
    }
  }
  if (largest == nullptr) return "";
  return fmt::format(
      "L{}/{}: d_z {}, Glass {}, {}", largest->layer, largest->layer + 1,
      with_interval(largest->cohen_dz, largest->cohen_dz_low, largest->cohen_dz_high),
      with_interval(largest->glass_delta, largest->glass_delta_low, largest->glass_delta_high),
      with_interval(largest->mean_delta_degrees, largest->mean_delta_degrees_low,
                    largest->mean_delta_degrees_high, "°"));
}

std::string growth_text(const Ripple& ripple) {
  std::string text = "perturbation " + factor(ripple.growth);
  if (ripple.growth && ripple.growth_low && ripple.growth_high) {
    text += fmt::format(" [{:.3f}, {:.3f}]", std::exp(*ripple.growth_low),
                        std::exp(*ripple.growth_high));
  }
  return text + "; in absolute length " + factor(ripple.growth_absolute);
}

}  // namespace tacet::cli
