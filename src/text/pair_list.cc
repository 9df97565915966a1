#include "text/pair_list.h"

#include <array>
#include <map>

#include <fmt/format.h>

#include "tacet/error.h"
#include "text/json_fields.h"
#include "text/json_lines.h"

namespace tacet::text {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 7> kPairFields = {"clean",    "text", "corrupt", "target",
                                                         "contrast", "id",   "group"};
constexpr std::string_view kPairForm =
    R"(write {"clean": "...", "corrupt": "...", "target": " Mary", "contrast": " John"}, with an )"
    R"("id" and a "group" if you like)";

std::string read_text(const Json& object, const char* key, const std::string& where) {
  if (!object.contains(key)) fail_at(where, fmt::format("there is no {}; {}", key, kPairForm));
  const Json& value = object[key];
  if (!value.is_string()) {
    fail_at(where, fmt::format("{} is {}; it must be a text in quotes", key, shown(value)));
  }
  const auto& text = value.get_ref<const std::string&>();
  if (text.empty()) fail_at(where, fmt::format("{} is empty; {}", key, kPairForm));
  check_bytes(text, fmt::format("{}: {}", where, key));  // a NUL may be spelled \u0000
  return text;
}

}  // namespace

std::vector<ListedPair> parse_pair_list(std::string_view content, std::string_view name) {
  std::vector<ListedPair> pairs;
  std::map<std::string, std::size_t> line_of_id;
  for (const TextLine& line : lines_of(content)) {
    const std::string where = line_name(name, line.number);
    check_bytes(line.text, where);
    const Json object = parse_line(line, kPairFields, where, kPairForm);
    if (object.contains("clean") && object.contains("text")) {
      fail_at(where, "both of clean and text stand there; text takes the place of clean");
    }
    if (object.contains("group")) read_name(object["group"], "group", where);
    if (object.contains("id")) {
      const std::string id = read_name(object["id"], "id", where);
      const auto [entry, is_new] = line_of_id.emplace(id, line.number);
      if (!is_new) {
        fail_at(where, fmt::format("the id {} stands in line {} already; give each pair its own",
                                   in_quotes(id), entry->second));
      }
    }
    pairs.push_back({.line = line.number,
                     .clean = read_text(object, object.contains("text") ? "text" : "clean", where),
                     .corrupt = read_text(object, "corrupt", where),
                     .target = read_text(object, "target", where),
                     .contrast = read_text(object, "contrast", where)});
  }
  if (pairs.empty())
    throw InputError(fmt::format("{}: there is no pair in it; {}", name, kPairForm));
  return pairs;
}

}  // namespace tacet::text
