/// @file
/// The pieces that every JSON of tacet is made of: numbers that are never NaN, text that is UTF-8.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace tacet::store {

/// Keys stay in the order in which they were added.
using Json = nlohmann::ordered_json;

/// Builds one JSON object, key by key. Not for several threads at once.
class ObjectBuilder {
 public:
  /// `name` is the object's place in the document (`layers[3]`), for error messages; may be empty.
  explicit ObjectBuilder(std::string name = "");

  /// A double in its shortest form that reads back the same; infinities become "inf" and "-inf".
  /// Throws NumericError naming object and key for NaN: no result may hold one.
  ObjectBuilder& number(const char* key, double value);
  /// The same; null when there is no value.
  ObjectBuilder& number(const char* key, const std::optional<double>& value);
  /// Bytes as a string; those that are not UTF-8 become U+FFFD.
  ObjectBuilder& text(const char* key, std::string_view bytes);
  /// Anything else, as it is: integers, booleans, arrays, objects.
  ObjectBuilder& value(const char* key, Json json);
  /// The object; the builder is empty afterwards.
  Json take();

 private:
  std::string name_;
  Json json_ = Json::object();
};

/// The bytes as a JSON string; those that are not UTF-8 become U+FFFD.
Json json_text(std::string_view bytes);

/// The document's text, indented by two, with a final newline.
std::string document(const Json& json);

}  // namespace tacet::store
