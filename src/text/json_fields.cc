#include "text/json_fields.h"

#include <fmt/format.h>

#include "tacet/error.h"

namespace tacet::text {
namespace {

using Json = nlohmann::json;

std::uint64_t whole_number(const Json& value, std::string_view token, std::string_view where) {
  if (!value.is_number_unsigned()) {
    throw ModelError(
        fmt::format("{}: the id of token {} is {}; it must be a whole number from 0 "
                    "on",
                    where, in_quotes(token), shown(value)));
  }
  return value.get<std::uint64_t>();
}

bool flag(const Json& entry, const char* key, bool otherwise, std::string_view where) {
  const Json& value = field(entry, key);
  if (value.is_null()) return otherwise;
  if (!value.is_boolean()) {
    throw ModelError(
        fmt::format("{}: {} is {}; it must be true or false", where, key, shown(value)));
  }
  return value.get<bool>();
}

}  // namespace

std::string shown(const Json& value) {
  // Only the kind of a container: its text could be as long as the file.
  if (value.is_structured()) return fmt::format("an {}", value.type_name());
  return value.is_string() ? in_quotes(value.get_ref<const std::string&>()) : value.dump();
}

const Json& field(const Json& object, const char* key) {
  static const Json kNull;
  const auto found = object.find(key);
  return found == object.end() ? kNull : *found;
}

void check_is_object(const Json& value, std::string_view where) {
  if (!value.is_object()) {
    throw ModelError(fmt::format("{}: is {} where an object must be", where, shown(value)));
  }
}

void check_is_off(const Json& object, const char* key, std::string_view where,
                  std::string_view reason) {
  const Json& value = field(object, key);
  if (value.is_null() || value == false) return;
  throw ModelError(fmt::format("{}: {} is {}; {}", where, key, shown(value), reason));
}

void add_tokens(const Json& vocab, std::string_view where, VocabularyBuilder& builder) {
  check_is_object(vocab, where);
  for (const auto& [token, id] : vocab.items()) {
    builder.add_token(token, whole_number(id, token, where), where);
  }
}

void add_added_entry(const Json& entry, const Json& id, std::string_view where,
                     VocabularyBuilder& builder) {
  check_is_object(entry, where);
  const Json& content = field(entry, "content");
  if (!content.is_string()) {
    throw ModelError(
        fmt::format("{}: content is {}; it must be the token's text", where, shown(content)));
  }
  for (const char* key : {"single_word", "lstrip", "rstrip"}) {
    check_is_off(entry, key, where, "tacet finds added tokens only where they stand as they are");
  }
  const auto& text = content.get_ref<const std::string&>();
  const bool special = flag(entry, "special", /*otherwise=*/false, where);
  builder.add_added_token(text, whole_number(id, text, where), special,
                          flag(entry, "normalized", /*otherwise=*/!special, where), where);
}

}  // namespace tacet::text
