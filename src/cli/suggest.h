#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tacet::cli {

/// Edits that turn `a` into `b`: bytes inserted, removed, replaced, or two neighbours exchanged.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate that was probably meant: the one that `word` begins (two letters at least), or
/// the nearest within two edits (one for words of three letters or fewer). The first of equals;
/// nullopt when none is near.
std::optional<std::string> suggest(std::string_view word, std::span<const std::string> candidates);

/// `suggest` as the end of a message: "; did you mean 'X'?", or "" when nothing is near.
std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

}  // namespace tacet::cli
