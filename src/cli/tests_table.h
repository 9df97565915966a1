#pragma once

#include <string>

#include "cli/view.h"
#include "tacet/silence.h"

namespace tacet::cli {

/// The adjusted p of every test and block, one row a block, with what the tests cannot say below;
/// empty unless the result has more tests than the deciding one and token-swap.
std::string render_tests(const SilenceResult& result, const View& view);

/// Which tokens carry the change of the block where it is largest, by the token-swap test: the five
/// largest shares. Empty without that test.
std::string token_shares(const SilenceResult& result);

}  // namespace tacet::cli
