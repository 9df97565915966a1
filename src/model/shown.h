#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "support/utf8.h"

namespace tacet::model {

/// A name out of a file as messages show it: in quotes, safe to print, and cut after 100 bytes,
/// since files that are not trusted can hold names of any length.
inline std::string shown(std::string_view name) {
  constexpr std::size_t kMaxBytes = 100;
  return '\'' + support::escape_for_display(name.substr(0, kMaxBytes)) +
         (name.size() > kMaxBytes ? "...'" : "'");
}

/// A path as messages show it: safe to print, without quotes.
inline std::string shown_path(const std::filesystem::path& path) {
  return support::escape_for_display(path.string());
}

}  // namespace tacet::model
