/// @file
/// The settings of a run as the text that tells runs apart.
#pragma once

#include <string>

#include "store/sqlite.h"
#include "store/sweep_database.h"

namespace tacet::store {

/// A JSON object with every setting, in a fixed order and spelling: equal for equal settings only.
std::string settings_text(const RunSettings& settings);

/// The settings that `text` stands for. Throws the error of a damaged file when it is none.
RunSettings settings_from_text(const Connection& connection, const std::string& text);

}  // namespace tacet::store
