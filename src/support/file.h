#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace tacet::support {

/// The bytes of the regular file `path`, all of them; an empty file gives an empty string.
/// Throws ModelError naming the file when it is missing, is a folder or no regular file, cannot be
/// opened or read, is larger than `max_bytes` (nothing is allocated then), or changes its size
/// while it is read. Thread safe.
std::string read_file(const std::filesystem::path& path, std::uint64_t max_bytes);

}  // namespace tacet::support
