#include "text/prompt_list.h"

#include <array>
#include <limits>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "tacet/error.h"
#include "text/json_fields.h"
#include "text/json_lines.h"

namespace tacet::text {
namespace {

using Json = nlohmann::json;

// `corrupt` is of files that serve `patch --pairs` too.
constexpr std::array<std::string_view, 7> kPromptFields = {
    "text", "token_ids", "id", "group", "corrupt", "target", "contrast"};
constexpr std::string_view kPromptForm =
    R"(write {"text": "..."} or {"token_ids": [1, 2, 3]}, with an "id" and a "group" if you like)";

std::string read_text(const Json& value, const std::string& where) {
  if (!value.is_string()) {
    fail_at(where, fmt::format("text is {}; it must be a text in quotes", shown(value)));
  }
  const auto& text = value.get_ref<const std::string&>();
  if (text.empty()) fail_at(where, "text is empty; write one of three tokens or more");
  check_bytes(text, where + ": text");  // a NUL may be spelled \u0000
  return text;
}

/// The text of one of the answers.
std::string read_answer(const Json& object, const char* key, const std::string& where) {
  if (!object.contains(key)) return "";
  const Json& value = object[key];
  if (!value.is_string() || value.get_ref<const std::string&>().empty()) {
    fail_at(where, fmt::format("{} is {}; it must be the text of one token in quotes, such as "
                               "\" Germany\"",
                               key, shown(value)));
  }
  const auto& text = value.get_ref<const std::string&>();
  check_bytes(text, fmt::format("{}: {}", where, key));
  return text;
}

std::vector<std::int32_t> read_token_ids(const Json& value, const std::string& where) {
  if (!value.is_array()) {
    fail_at(where, fmt::format("token_ids is {}; it must be a list of ids", shown(value)));
  }
  std::vector<std::int32_t> ids;
  for (const Json& entry : value) {
    if (!entry.is_number_unsigned() ||
        entry.get<std::uint64_t>() > std::numeric_limits<std::int32_t>::max()) {
      fail_at(where, fmt::format("token_ids[{}] is {}; ids are whole numbers from 0 on", ids.size(),
                                 shown(entry)));
    }
    ids.push_back(entry.get<std::int32_t>());
  }
  if (ids.empty()) fail_at(where, "token_ids is empty; write three ids or more");
  return ids;
}

ListedPrompt parse_json_line(const TextLine& line, const std::string& where) {
  const Json object = parse_line(line, kPromptFields, where, kPromptForm);
  const bool has_text = object.contains("text");
  if (has_text == object.contains("token_ids")) {
    fail_at(where, fmt::format("{} of text and token_ids stand there; {}",
                               has_text ? "both" : "none", kPromptForm));
  }
  ListedPrompt prompt;
  prompt.line = line.number;
  if (object.contains("id")) prompt.id = read_name(object["id"], "id", where);
  if (object.contains("group")) prompt.group = read_name(object["group"], "group", where);
  prompt.target = read_answer(object, "target", where);
  prompt.contrast = read_answer(object, "contrast", where);
  if (has_text) {
    prompt.text = read_text(object["text"], where);
  } else {
    prompt.token_ids = read_token_ids(object["token_ids"], where);
  }
  return prompt;
}

}  // namespace

std::vector<ListedPrompt> parse_prompt_list(std::string_view content, std::string_view name) {
  const std::vector<TextLine> lines = lines_of(content);
  if (lines.empty()) {
    throw InputError(fmt::format("{}: there is no prompt in it; write one a line", name));
  }
  const std::string_view first = lines.front().text;
  const bool is_json = first[first.find_first_not_of(" \t\r")] == '{';
  std::vector<ListedPrompt> prompts;
  std::map<std::string, std::size_t> line_of_id;
  for (const TextLine& line : lines) {
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
        fail_at(where, fmt::format("the id {} stands in line {} already; give each prompt its own",
                                   in_quotes(prompt.id), entry->second));
      }
    }
    prompts.push_back(std::move(prompt));
  }
  return prompts;
}

}  // namespace tacet::text
