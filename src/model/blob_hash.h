#pragma once

#include <filesystem>
#include <string>

namespace tacet::model {

/// The SHA-256 that the Hugging Face cache states for a file: 64 hexadecimal digits where `file` is
/// a link to `blobs/<sha256>`, as the cache names large files; else empty. Nothing is hashed:
/// whoever put the blob there answers for its name.
std::string stated_sha256(const std::filesystem::path& file);

}  // namespace tacet::model
