#include "text/prompt_list.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

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
constexpr std::string_view kForm =
    R"(write {"text": "..."} or {"token_ids": [1, 2, 3]}, with an "id" and a "group" if you like)";

/// One line of the file that is not blank.
struct Line {
  std::size_t number = 0;  // from 1
  std::string_view text;
};

[[noreturn]] void fail(const std::string& where, std::string_view reason) {
  throw InputError(fmt::format("{}: {}", where, reason));
}

std::vector<Line> lines_of(std::string_view content) {
  std::vector<Line> lines;
  for (std::size_t number = 1; !content.empty(); ++number) {
    const std::size_t end = std::min(content.find('\n'), content.size());
    std::string_view text = content.substr(0, end);
    content.remove_prefix(std::min(end + 1, content.size()));
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (text.find_first_not_of(kBlanks) != std::string_view::npos) lines.push_back({number, text});
  }
  return lines;
}

/// What neither a text nor JSON may hold.
void check_bytes(std::string_view text, const std::string& where) {
  if (const auto byte = support::first_invalid_utf8(text)) {
    fail(where, fmt::format("byte {} is not UTF-8; save the file as UTF-8", *byte));
  }
  if (const auto byte = text.find('\0'); byte != std::string_view::npos) {
    fail(where, fmt::format("byte {} is a NUL byte, which no text has; take it out", byte));
  }
}

Json parse_object(std::string_view text, const std::string& where) {
  Json object;
  try {
    object = support::parse_strict_json(text, where, kForm);
  } catch (const ModelError& error) {
    throw InputError(error.what());  // the user's own file, and no model's
  }
  if (!object.is_object()) {
    fail(where, fmt::format("{} where an object must stand; {}", shown(object), kForm));
  }
  for (const auto& [key, value] : object.items()) {
    if (key != "text" && key != "token_ids" && key != "id" && key != "group") {
      fail(where, fmt::format("unknown field {}; {}", in_quotes(key), kForm));
    }
  }
  return object;
}

/// An `id` or a `group`: `key` is its name.
std::string read_name(const Json& value, const char* key, const std::string& where) {
  std::string id;
  if (value.is_string()) {
    id = value.get<std::string>();
  } else if (value.is_number_integer()) {
    id = value.dump();
  } else {
    fail(where, fmt::format("{} is {}; it must be a text or a whole number", key, shown(value)));
  }
  if (id.empty()) fail(where, fmt::format("{} is empty; write one, or leave it out", key));
  return id;
}

std::string read_text(const Json& value, const std::string& where) {
  if (!value.is_string()) {
    fail(where, fmt::format("text is {}; it must be a text in quotes", shown(value)));
  }
  const auto& text = value.get_ref<const std::string&>();
  if (text.empty()) fail(where, "text is empty; write one of three tokens or more");
  check_bytes(text, where + ": text");  // a NUL may be spelled \u0000
  return text;
}

std::vector<std::int32_t> read_token_ids(const Json& value, const std::string& where) {
  if (!value.is_array()) {
    fail(where, fmt::format("token_ids is {}; it must be a list of ids", shown(value)));
  }
  std::vector<std::int32_t> ids;
  for (const Json& entry : value) {
    if (!entry.is_number_unsigned() ||
        entry.get<std::uint64_t>() > std::numeric_limits<std::int32_t>::max()) {
      fail(where, fmt::format("token_ids[{}] is {}; ids are whole numbers from 0 on", ids.size(),
                              shown(entry)));
    }
    ids.push_back(entry.get<std::int32_t>());
  }
  if (ids.empty()) fail(where, "token_ids is empty; write three ids or more");
  return ids;
}

ListedPrompt parse_json_line(const Line& line, const std::string& where) {
  const Json object = parse_object(line.text, where);
  const bool has_text = object.contains("text");
  if (has_text == object.contains("token_ids")) {
    fail(where, fmt::format("{} of text and token_ids stand there; {}", has_text ? "both" : "none",
                            kForm));
  }
  ListedPrompt prompt;
  prompt.line = line.number;
  if (object.contains("id")) prompt.id = read_name(object["id"], "id", where);
  if (object.contains("group")) prompt.group = read_name(object["group"], "group", where);
  if (has_text) {
    prompt.text = read_text(object["text"], where);
  } else {
    prompt.token_ids = read_token_ids(object["token_ids"], where);
  }
  return prompt;
}

}  // namespace

std::string line_name(std::string_view name, std::size_t line) {
  return fmt::format("{}: line {}", name, line);
}

std::vector<ListedPrompt> parse_prompt_list(std::string_view content, std::string_view name) {
  if (content.starts_with(kByteOrderMark)) content.remove_prefix(kByteOrderMark.size());
  const std::vector<Line> lines = lines_of(content);
  if (lines.empty()) {
    throw InputError(fmt::format("{}: there is no prompt in it; write one a line", name));
  }
  const std::string_view first = lines.front().text;
  const bool is_json = first[first.find_first_not_of(kBlanks)] == '{';
  std::vector<ListedPrompt> prompts;
  std::map<std::string, std::size_t> line_of_id;
  for (const Line& line : lines) {
    const std::string where = line_name(name, line.number);
    check_bytes(line.text, where);
    if (!is_json) {
      prompts.push_back({.line = line.number,
                         .id = "",
                         .group = "",
                         .text = std::string(line.text),
                         .token_ids = {}});
      continue;
    }
    ListedPrompt prompt = parse_json_line(line, where);
    if (!prompt.id.empty()) {
      const auto [entry, is_new] = line_of_id.emplace(prompt.id, line.number);
      if (!is_new) {
        fail(where, fmt::format("the id {} stands in line {} already; give each prompt its own",
                                in_quotes(prompt.id), entry->second));
      }
    }
    prompts.push_back(std::move(prompt));
  }
  return prompts;
}

}  // namespace tacet::text
