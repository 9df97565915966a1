#include "report/base64.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string_view>

namespace tacet::report {
namespace {

// The page reads its columns where they were written by machines of this order alone.
static_assert(std::endian::native == std::endian::little);

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string base64(std::span<const std::byte> bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t n = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8U | (i < n ? std::to_integer<std::uint32_t>(bytes[at + i]) : 0);
    }
    for (std::size_t digit = 0; digit < 4; ++digit) {
      text += digit <= n ? kDigits[group >> (18U - 6U * digit) & 63U] : '=';
    }
  }
  return text;
}

std::string base64_floats(std::span<const float> values) {
  return base64(std::as_bytes(values));
}

std::string base64_bytes(std::span<const std::uint8_t> values) {
  return base64(std::as_bytes(values));
}

}  // namespace tacet::report
