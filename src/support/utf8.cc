#include "support/utf8.h"

#include <array>
#include <cstdint>

#include <fmt/format.h>

namespace tacet::support {
namespace {

std::uint8_t byte_at(std::string_view text, std::size_t i) {
  return static_cast<std::uint8_t>(text[i]);
}

/// The range of the second byte that a lead byte allows (Unicode Standard, table 3-7).
struct LeadByte {
  std::size_t length = 0;  // 0: not a lead byte
  std::uint8_t second_low = 0x80;
  std::uint8_t second_high = 0xBF;
};

LeadByte classify(std::uint8_t lead) {
  if (lead < 0x80) return {.length = 1};
  if (lead >= 0xC2 && lead <= 0xDF) return {.length = 2};
  if (lead == 0xE0) return {.length = 3, .second_low = 0xA0};
  if (lead == 0xED) return {.length = 3, .second_high = 0x9F};
  if (lead >= 0xE1 && lead <= 0xEF) return {.length = 3};
  if (lead == 0xF0) return {.length = 4, .second_low = 0x90};
  if (lead == 0xF4) return {.length = 4, .second_high = 0x8F};
  if (lead >= 0xF1 && lead <= 0xF3) return {.length = 4};
  return {};
}

char32_t decode(std::string_view character) {
  constexpr std::array<std::uint8_t, 5> kLeadMask = {0, 0x7F, 0x1F, 0x0F, 0x07};
  char32_t code = byte_at(character, 0) & kLeadMask[character.size()];
  for (std::size_t i = 1; i < character.size(); ++i) {
    code = (code << 6) | (byte_at(character, i) & 0x3FU);
  }
  return code;
}

/// Characters that move the cursor, change the terminal or reorder what is read.
bool needs_escape(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0x061C ||
         (code >= 0x200E && code <= 0x200F) || (code >= 0x2028 && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069);
}

std::string escape(char32_t code) {
  switch (code) {
    case U'\n':
      return "\\n";
    case U'\t':
      return "\\t";
    case U'\r':
      return "\\r";
    default:
      break;
  }
  const auto value = static_cast<std::uint32_t>(code);
  return value < 0x100 ? fmt::format("\\x{:02x}", value) : fmt::format("\\u{:04x}", value);
}

}  // namespace

std::optional<std::size_t> utf8_length(std::string_view text, std::size_t* invalid_length) {
  if (invalid_length != nullptr) *invalid_length = text.empty() ? 0 : 1;
  if (text.empty()) return std::nullopt;
  const LeadByte lead = classify(byte_at(text, 0));
  if (lead.length == 0) return std::nullopt;
  for (std::size_t i = 1; i < lead.length; ++i) {
    if (invalid_length != nullptr) *invalid_length = i;
    if (i >= text.size()) return std::nullopt;
    const std::uint8_t low = i == 1 ? lead.second_low : 0x80;
    const std::uint8_t high = i == 1 ? lead.second_high : 0xBF;
    if (byte_at(text, i) < low || byte_at(text, i) > high) return std::nullopt;
  }
  return lead.length;
}

std::optional<std::size_t> first_invalid_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto length = utf8_length(text.substr(at));
    if (!length) return at;
    at += *length;
  }
  return std::nullopt;
}

std::string replace_invalid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    std::size_t invalid = 0;
    if (const auto length = utf8_length(text, &invalid)) {
      out.append(text.substr(0, *length));
      text.remove_prefix(*length);
    } else {
      out.append("\xEF\xBF\xBD");
      text.remove_prefix(invalid);
    }
  }
  return out;
}

std::string escape_for_display(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    if (const auto length = utf8_length(text)) {
      const std::string_view character = text.substr(0, *length);
      const char32_t code = decode(character);
      if (needs_escape(code)) {
        out += escape(code);
      } else {
        out.append(character);
      }
      text.remove_prefix(*length);
    } else {
      out += fmt::format("\\x{:02x}", byte_at(text, 0));
      text.remove_prefix(1);
    }
  }
  return out;
}

std::string quote_for_display(std::string_view text, std::size_t most) {
  return fmt::format("'{}{}'", escape_for_display(text.substr(0, most)),
                     text.size() > most ? "..." : "");
}

}  // namespace tacet::support
