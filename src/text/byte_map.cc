#include "text/byte_map.h"

#include <array>
#include <cstddef>

namespace tacet::text {
namespace {

/// Code points run from U+0000 to the last of the 68 that replace unprintable bytes.
constexpr std::size_t kCodePoints = 0x100 + 68;

constexpr bool is_printable(unsigned byte) {
  return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

struct ByteMap {
  std::array<std::uint16_t, 256> code_of_byte = {};
  std::array<std::int16_t, kCodePoints> byte_of_code = {};
};

constexpr ByteMap make_byte_map() {
  ByteMap map;
  for (auto& byte : map.byte_of_code) byte = -1;
  unsigned next = 0x100;
  for (unsigned byte = 0; byte < 256; ++byte) {
    const unsigned code = is_printable(byte) ? byte : next++;
    map.code_of_byte[byte] = static_cast<std::uint16_t>(code);
    map.byte_of_code[code] = static_cast<std::int16_t>(byte);
  }
  return map;
}

constexpr ByteMap kByteMap = make_byte_map();

}  // namespace

std::string character_of(std::uint8_t byte) {
  const unsigned code = kByteMap.code_of_byte[byte];
  if (code < 0x80) return {static_cast<char>(code)};
  return {static_cast<char>(0xC0U | (code >> 6)), static_cast<char>(0x80U | (code & 0x3FU))};
}

std::optional<std::string> bytes_of(std::string_view token) {
  std::string bytes;
  bytes.reserve(token.size());
  for (std::size_t i = 0; i < token.size(); ++i) {
    unsigned code = static_cast<unsigned char>(token[i]);
    if (code >= 0x80) {
      // All mapped characters above ASCII have two bytes: 110xxxxx 10xxxxxx.
      if ((code & 0xE0U) != 0xC0U || i + 1 == token.size()) return std::nullopt;
      code = ((code & 0x1FU) << 6) | (static_cast<unsigned char>(token[++i]) & 0x3FU);
    }
    if (code >= kCodePoints || kByteMap.byte_of_code[code] < 0) return std::nullopt;
    bytes.push_back(static_cast<char>(kByteMap.byte_of_code[code]));
  }
  return bytes;
}

}  // namespace tacet::text
