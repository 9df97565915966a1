#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tacet::report {

/// Base64 of bytes, with padding (RFC 4648, section 4).
std::string base64(std::span<const std::byte> bytes);

/// Base64 of the values as little-endian float32.
std::string base64_floats(std::span<const float> values);

/// Base64 of one byte a value.
std::string base64_bytes(std::span<const std::uint8_t> values);

}  // namespace tacet::report
