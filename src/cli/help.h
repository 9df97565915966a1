#pragma once

#include <string>

#include "cli/app_info.h"

namespace tacet::cli {

/// What `--help` prints: usage, details, arguments and options by group, commands, examples; lines
/// of at most 80 columns.
std::string help_text(const CommandInfo& command);

}  // namespace tacet::cli
