#pragma once

#include <string>

#include "cli/view.h"
#include "tacet/control.h"

namespace tacet::cli {

/// What the controls of a silencing did, as fields of its summary: the rotated pushes with the two
/// p-values, and the block's other heads; with --verbose a line for every block as well.
std::string render_control(const ControlResult& control, const View& view);

}  // namespace tacet::cli
