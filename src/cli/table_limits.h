#pragma once

#include <cstddef>

namespace tacet::cli {

/// Columns that a head's name takes at least: L23H15.
inline constexpr std::size_t kNarrowestSpec = 6;

/// Columns from which on a table has all its parts.
inline constexpr std::size_t kFullWidth = 96;

/// With more heads than this, a map says more than a line for each.
inline constexpr std::size_t kMostLines = 24;

/// Lines for the strongest heads or cells beside a map.
inline constexpr std::size_t kLinesBesideMap = 10;

}  // namespace tacet::cli
