#pragma once

#include <cstddef>
#include <string>

namespace tacet::cli {

/// Two texts of several lines beside one another, the right one from column `at` on, or one column
/// behind what is longer than that. Colours take no columns.
std::string beside(const std::string& left, const std::string& right, std::size_t at);

}  // namespace tacet::cli
