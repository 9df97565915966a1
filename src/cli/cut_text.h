#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tacet/intervention.h"

namespace tacet::cli {

/// What a slice becomes, with the prompts that its values come from:
/// "corpus-mean of usual.txt (5 prompts)".
std::string mode_text(const SliceMode& mode);

/// Where a prompt of `n_tokens` tokens is silenced: "at all 5 tokens", "at positions 0, 3".
std::string positions_text(const std::vector<int>& positions, std::size_t n_tokens);

}  // namespace tacet::cli
