#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tacet::support {

/// Offset of the first byte of `text` that is not part of well-formed UTF-8 (no overlong forms, no
/// surrogates, nothing above U+10FFFF), or nullopt when all of it is.
std::optional<std::size_t> first_invalid_utf8(std::string_view text);

/// `text` with each maximal invalid subpart replaced by U+FFFD, as the Unicode Standard recommends.
std::string replace_invalid_utf8(std::string_view text);

/// `text` made safe for a terminal or a one-line message: control characters (C0, C1, DEL) and
/// bidirectional overrides become escapes such as \n, \t, \x1b, \u202e; invalid UTF-8 bytes become
/// \xNN. Everything else stays as it is.
std::string escape_for_display(std::string_view text);

/// The first `most` bytes of `text` in quotes, made safe the same way, with "..." where there is
/// more.
std::string quote_for_display(std::string_view text, std::size_t most = 100);

/// Length in bytes of the well-formed UTF-8 character at the start of `text`, or nullopt when
/// there is none; `invalid_length`, when given, receives the length of the maximal invalid subpart.
std::optional<std::size_t> utf8_length(std::string_view text,
                                       std::size_t* invalid_length = nullptr);

}  // namespace tacet::support
