#include "cli/bars.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

namespace tacet::cli {
namespace {

void append(std::string& out, std::string_view piece, std::size_t times) {
  for (std::size_t i = 0; i < times; ++i) out += piece;
}

}  // namespace

std::string unit_bar(double value, std::size_t cells) {
  constexpr std::array<std::string_view, 8> kEighths = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const double magnitude = std::min(std::abs(value), 1.0);
  const auto eighths =
      static_cast<std::size_t>(std::lround(magnitude * 8.0 * static_cast<double>(cells)));
  std::string out;
  if (value < 0) {
    const std::size_t full = (eighths + 7) / 8;
    append(out, "░", full);
    out.append(cells - full, ' ');
    return out;
  }
  append(out, "█", eighths / 8);
  out += kEighths[eighths % 8];
  out.append(cells - (eighths + 7) / 8, ' ');
  return out;
}

std::string signed_bar(double value, double scale, std::size_t cells, bool visible) {
  std::size_t halves = 0;
  if (scale > 0 && value != 0) {
    const double share = std::min(std::abs(value) / scale, 1.0);
    halves = static_cast<std::size_t>(std::lround(share * 2.0 * static_cast<double>(cells)));
    if (visible) halves = std::max<std::size_t>(halves, 1);
  }
  const std::size_t full = halves / 2;
  const std::size_t half = halves % 2;
  const std::size_t empty = cells - full - half;
  std::string out;
  if (value < 0) {
    out.append(empty, ' ');
    append(out, "▐", half);
    append(out, "█", full);
    out += "│";
    out.append(cells, ' ');
  } else {
    out.append(cells, ' ');
    out += "│";
    append(out, "█", full);
    append(out, "▌", half);
    out.append(empty, ' ');
  }
  return out;
}

std::string format_mean(double value) {
  return fmt::format("{:.4f}", value);
}

std::string format_delta(double value) {
  constexpr double kSmallest = 5e-5;  // below, five decimals show one digit or none
  if (value == 0) return "0";
  if (std::abs(value) < kSmallest) return fmt::format("{:+.1e}", value);
  return fmt::format("{:+.5f}", value);
}

std::string format_t(std::optional<double> value) {
  if (!value) return "-";
  if (std::isinf(*value)) return *value > 0 ? "inf" : "-inf";
  return std::abs(*value) < 1e4 ? fmt::format("{:.2f}", *value) : fmt::format("{:.1e}", *value);
}

std::string format_p(std::optional<double> value) {
  if (!value) return "-";
  if (*value == 0 || *value == 1) return fmt::format("{:.0f}", *value);
  return *value < 1e-4 ? fmt::format("{:.1e}", *value) : fmt::format("{:.4f}", *value);
}

std::string format_length(double value) {
  if (value >= 1e6) return fmt::format("{:.1e}", value);
  return fmt::format("{:.{}f}", value, value < 10 ? 3 : value < 100 ? 2 : value < 1000 ? 1 : 0);
}

std::string format_number(std::optional<double> value, int digits) {
  return value ? fmt::format("{:.{}g}", *value, digits) : "-";
}

}  // namespace tacet::cli
