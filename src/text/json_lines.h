#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace tacet::text {

// What files of the user's with one entry a line have in common.

/// One line of a file that is not blank.
struct TextLine {
  std::size_t number = 0;  ///< from 1
  std::string_view text;   ///< without its end
};

/// "FILE: line N", for messages; `name` is the file's name as shown.
std::string line_name(std::string_view name, std::size_t line);

/// Throws InputError "WHERE: REASON".
[[noreturn]] void fail_at(const std::string& where, std::string_view reason);

/// The lines that are not blank: they end in LF or CR LF, and a byte order mark in front is passed
/// over. They point into `content`.
std::vector<TextLine> lines_of(std::string_view content);

/// Throws InputError for what neither a text nor JSON may hold: bytes that are not UTF-8, or NUL.
void check_bytes(std::string_view text, const std::string& where);

/// The object that a line holds. Throws InputError for what is no JSON or no object, or has a field
/// that is not among `fields`; `form` says what to write instead.
nlohmann::json parse_line(const TextLine& line, std::span<const std::string_view> fields,
                          const std::string& where, std::string_view form);

/// The text or whole number that names something; `key` is the field. Throws InputError.
std::string read_name(const nlohmann::json& value, const char* key, const std::string& where);

}  // namespace tacet::text
