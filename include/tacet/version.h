/// @file
/// The version of the library. The build reads it from here.
#pragma once

#define TACET_VERSION_MAJOR 0
#define TACET_VERSION_MINOR 1
#define TACET_VERSION_PATCH 0

namespace tacet {

/// The library's version, "major.minor.patch".
inline constexpr const char* kVersion = "0.1.0";

}  // namespace tacet
