/// @file
/// Reading a document that tacet wrote: every error names the file, the key and what is wrong.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "store/words.h"
#include "support/utf8.h"
#include "tacet/error.h"

namespace tacet::store {

/// A value of a document that a command of tacet wrote and its place there, for messages, which say
/// what to give in its place. The document must outlive it. Everything that is not as it should be
/// is an InputError.
class JsonPlace {
 public:
  /// `command` wrote the document: `silence`, or several as a sentence names them.
  JsonPlace(const nlohmann::json& json, std::string file, std::string place,
            std::string command = "silence")
      : json_(&json),
        file_(std::move(file)),
        place_(std::move(place)),
        command_(std::move(command)) {}

  /// The same value of a document that `command` wrote.
  JsonPlace of(std::string command) const { return {*json_, file_, place_, std::move(command)}; }

  JsonPlace at(std::string_view key) const {
    const std::string place = place_.empty() ? std::string(key) : fmt::format("{}.{}", place_, key);
    if (!json_->is_object()) fail("is no object");
    const auto found = json_->find(key);
    if (found == json_->end()) JsonPlace(*json_, file_, place, command_).fail("is missing");
    return {*found, file_, place, command_};
  }
  std::vector<JsonPlace> elements() const {
    if (!json_->is_array()) fail("is no array");
    std::vector<JsonPlace> values;
    for (std::size_t i = 0; i < json_->size(); ++i) {
      values.emplace_back((*json_)[i], file_, fmt::format("{}[{}]", place_, i), command_);
    }
    return values;
  }
  bool has(std::string_view key) const { return json_->is_object() && json_->contains(key); }
  bool is_null() const { return json_->is_null(); }
  bool is_string() const { return json_->is_string(); }
  bool is_array() const { return json_->is_array(); }

  std::string text() const {
    if (!json_->is_string()) fail("is no string");
    return json_->get<std::string>();
  }
  bool boolean() const {
    if (!json_->is_boolean()) fail("is neither true nor false");
    return json_->get<bool>();
  }
  double number() const {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    if (json_->is_number()) return json_->get<double>();
    if (json_->is_string() && *json_ == "inf") return kInfinity;
    if (json_->is_string() && *json_ == "-inf") return -kInfinity;
    fail("is no number");
  }
  std::optional<double> number_or_null() const {
    return is_null() ? std::nullopt : std::optional(number());
  }
  /// An integer in [least, most].
  std::int64_t integer(std::int64_t least, std::int64_t most) const {
    if (!json_->is_number_integer()) fail("is no integer");
    const bool too_large = json_->is_number_unsigned() &&
                           json_->get<std::uint64_t>() > static_cast<std::uint64_t>(most);
    const std::int64_t value = too_large ? most : json_->get<std::int64_t>();
    if (too_large || value < least || value > most) {
      fail(fmt::format("is not between {} and {}", least, most));
    }
    return value;
  }
  /// The value of an enumeration that the word stands for.
  template <typename Word>
  Word word() const {
    const std::optional<Word> value = word_from<Word>(text());
    if (!value) fail_unknown();
    return *value;
  }

  [[noreturn]] void fail_unknown() const {
    fail(fmt::format("is '{}', which this tacet does not know",
                     support::escape_for_display(text())));
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw InputError(fmt::format("{}: '{}' {}; give the JSON that `tacet {} --format json` wrote",
                                 file_, support::escape_for_display(place_), what, command_));
  }

 private:
  const nlohmann::json* json_;
  std::string file_;
  std::string place_;
  std::string command_;
};

}  // namespace tacet::store
