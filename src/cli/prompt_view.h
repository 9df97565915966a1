#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/style.h"
#include "tacet/silence.h"

namespace tacet::cli {

/// Columns of a token's piece at most: long runs of one character are cut.
inline constexpr std::size_t kWidestPiece = 24;

/// A token's text as it is shown: spaces at its ends as ␣, what could disturb a terminal escaped;
/// "<ID>" when its text is not known.
std::string visible_piece(const Token& token);

/// The prompt in lines of at most `width` columns: position, piece and id of each token under one
/// another, or the pieces alone when there are many. Pieces at the positions `touched` stand in
/// brackets; an empty span means all of them, and marks none.
std::string render_prompt(const std::vector<Token>& tokens, std::span<const int> touched,
                          std::size_t width, const Style& style);

}  // namespace tacet::cli
