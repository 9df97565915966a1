/// @file
/// The error of a file that cannot be written.
#pragma once

#include <filesystem>

namespace tacet::store {

/// Throws the OutputError that names `file`, says what the system's error number `error` means, and
/// what to do about it.
[[noreturn]] void fail_to_write(const std::filesystem::path& file, int error);

}  // namespace tacet::store
