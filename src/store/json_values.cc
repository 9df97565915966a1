#include "store/json_values.h"

#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "support/utf8.h"
#include "tacet/error.h"

namespace tacet::store {

ObjectBuilder::ObjectBuilder(std::string name) : name_(std::move(name)) {}

ObjectBuilder& ObjectBuilder::number(const char* key, double value) {
  if (std::isnan(value)) {
    throw NumericError(fmt::format(
        "the result's '{}{}{}' is not a number, which no result may hold; nothing was written, "
        "please report this together with the command",
        name_, name_.empty() ? "" : ".", key));
  }
  if (std::isinf(value)) return this->value(key, value > 0 ? "inf" : "-inf");
  return this->value(key, value);
}

ObjectBuilder& ObjectBuilder::number(const char* key, const std::optional<double>& value) {
  return value ? number(key, *value) : this->value(key, nullptr);
}

ObjectBuilder& ObjectBuilder::text(const char* key, std::string_view bytes) {
  return value(key, json_text(bytes));
}

ObjectBuilder& ObjectBuilder::value(const char* key, Json json) {
  json_[key] = std::move(json);
  return *this;
}

Json ObjectBuilder::take() {
  return std::exchange(json_, Json::object());
}

Json json_text(std::string_view bytes) {
  return support::replace_invalid_utf8(bytes);
}

std::string document(const Json& json) {
  return json.dump(2) + "\n";
}

}  // namespace tacet::store
