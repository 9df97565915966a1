#include "text/json_lines.h"

#include <algorithm>

#include <fmt/format.h>

#include "support/strict_json.h"
#include "support/utf8.h"
#include "tacet/error.h"
#include "text/json_fields.h"

namespace tacet::text {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kBlanks = " \t\r";

}  // namespace

std::string line_name(std::string_view name, std::size_t line) {
  return fmt::format("{}: line {}", name, line);
}

void fail_at(const std::string& where, std::string_view reason) {
  throw InputError(fmt::format("{}: {}", where, reason));
}

std::vector<TextLine> lines_of(std::string_view content) {
  if (content.starts_with(kByteOrderMark)) content.remove_prefix(kByteOrderMark.size());
  std::vector<TextLine> lines;
  for (std::size_t number = 1; !content.empty(); ++number) {
    const std::size_t end = std::min(content.find('\n'), content.size());
    std::string_view text = content.substr(0, end);
    content.remove_prefix(std::min(end + 1, content.size()));
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (text.find_first_not_of(kBlanks) != std::string_view::npos) lines.push_back({number, text});
  }
  return lines;
}

void check_bytes(std::string_view text, const std::string& where) {
  if (const auto byte = support::first_invalid_utf8(text)) {
    fail_at(where, fmt::format("byte {} is not UTF-8; save the file as UTF-8", *byte));
  }
  if (const auto byte = text.find('\0'); byte != std::string_view::npos) {
    fail_at(where, fmt::format("byte {} is a NUL byte, which no text has; take it out", byte));
  }
}

Json parse_line(const TextLine& line, std::span<const std::string_view> fields,
                const std::string& where, std::string_view form) {
  Json object;
  try {
    object = support::parse_strict_json(line.text, where, form);
  } catch (const ModelError& error) {
    throw InputError(error.what());  // the user's own file, and no model's
  }
  if (!object.is_object()) {
    fail_at(where, fmt::format("{} where an object must stand; {}", shown(object), form));
  }
  for (const auto& [key, value] : object.items()) {
    if (std::ranges::find(fields, key) == fields.end()) {
      fail_at(where, fmt::format("unknown field {}; {}", in_quotes(key), form));
    }
  }
  return object;
}

std::string read_name(const Json& value, const char* key, const std::string& where) {
  std::string id;
  if (value.is_string()) {
    id = value.get<std::string>();
  } else if (value.is_number_integer()) {
    id = value.dump();
  } else {
    fail_at(where, fmt::format("{} is {}; it must be a text or a whole number", key, shown(value)));
  }
  if (id.empty()) fail_at(where, fmt::format("{} is empty; write one, or leave it out", key));
  return id;
}

}  // namespace tacet::text
