#pragma once

#include <string_view>

namespace tacet::support {

/// The white space of ASCII.
inline constexpr std::string_view kWhiteSpace = " \t\n\v\f\r";

/// `text` without the characters of `space` at its two ends.
constexpr std::string_view trim(std::string_view text, std::string_view space = kWhiteSpace) {
  const auto first = text.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

}  // namespace tacet::support
