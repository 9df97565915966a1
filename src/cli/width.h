#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tacet::cli {

/// Columns that `text` (UTF-8 without control characters) takes on a terminal: 0 for combining
/// marks and joiners, 2 for East Asian wide characters and emoji, 1 for everything else.
std::size_t display_width(std::string_view text);

/// `text` followed by spaces up to `width` columns; longer texts stay as they are.
std::string pad_right(std::string_view text, std::size_t width);

/// `text` after spaces up to `width` columns; longer texts stay as they are.
std::string pad_left(std::string_view text, std::size_t width);

/// The longest beginning of `text` that fits `width` columns, its last column an ellipsis when
/// something was cut off. `width` is at least 1.
std::string truncate(std::string_view text, std::size_t width);

/// `text` cut at its spaces into lines of at most `width` columns (words longer than that stand
/// alone). Runs of spaces count as one; an empty text has no lines.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

/// `line` without the spaces at its end.
std::string without_trailing_spaces(std::string line);

}  // namespace tacet::cli
