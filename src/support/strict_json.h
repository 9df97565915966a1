#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

namespace tacet::support {

/// Deepest nesting of arrays and objects that `parse_strict_json` accepts.
inline constexpr int kMaxJsonDepth = 64;

/// What to do about a file that a program wrote and that is no JSON.
inline constexpr std::string_view kDamagedFile = "the file is damaged, get it again";

/// Parses `text` as one JSON value, more strictly than the JSON library does by itself: well-formed
/// UTF-8 without a byte order mark, no NUL byte, no key twice in one object, at most kMaxJsonDepth
/// levels, nothing but white space after the value. Integers keep all their 64 bits (see
/// `is_number_unsigned`); numbers that no double holds are errors.
/// Throws ModelError that begins with `what` (the file's name), gives the byte's offset, counted
/// from 0, and ends with `advice`. Thread safe.
nlohmann::json parse_strict_json(std::string_view text, std::string_view what,
                                 std::string_view advice = kDamagedFile);

}  // namespace tacet::support
