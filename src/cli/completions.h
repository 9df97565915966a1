#pragma once

#include <string>
#include <string_view>

#include "cli/app_info.h"

namespace tacet::cli {

/// The shells that completions can be made for.
enum class Shell { bash, zsh, fish };

/// Name as the command line spells it.
std::string_view to_string(Shell shell);

/// The completion script of `tool` for `shell`: commands, options, the choices of their values,
/// files and folders.
std::string completion_script(const CommandInfo& tool, Shell shell);

}  // namespace tacet::cli
