#pragma once

#include <string>

#include "cli/view.h"
#include "tacet/silence.h"

namespace tacet::cli {

/// The adjusted p of every test and block, one row a block, with what the tests cannot say below;
/// empty unless the result has more tests than the deciding one and token-swap.
std::string render_tests(const SilenceResult& result, const View& view);

}  // namespace tacet::cli
