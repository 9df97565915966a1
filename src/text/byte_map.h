#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tacet::text {

/// The character that stands for `byte` in vocabulary files, as UTF-8: printable bytes stand for
/// themselves (as Latin-1), the other 68 for U+0100 and up. Thread safe.
std::string character_of(std::uint8_t byte);

/// The bytes that a vocabulary file's `token` stands for, or nullopt when one of its characters
/// stands for no byte. `token` must be UTF-8. Thread safe.
std::optional<std::string> bytes_of(std::string_view token);

}  // namespace tacet::text
