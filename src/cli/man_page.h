#pragma once

#include <string>

#include "cli/app_info.h"

namespace tacet::cli {

/// The manual page of `tool`, section 1, as roff source for man(1). `version` stands in its footer.
std::string man_page(const CommandInfo& tool, const std::string& version);

}  // namespace tacet::cli
