#pragma once

#include <string>

#include "cli/view.h"
#include "tacet/silence.h"

namespace tacet::cli {

/// Which tokens carry the change of the block where it is largest, by the token-swap test. Without
/// colour, or with many tokens: the five largest shares in words. With colour: the sentence, each
/// token on a ground that says which way and how far it takes the similarity (the palest near 0,
/// the darkest the largest share), and a legend with the largest shares. A `field` named "tokens",
/// lines of at most `view.width` columns; empty without that test.
std::string render_token_shares(const SilenceResult& result, const View& view);

}  // namespace tacet::cli
