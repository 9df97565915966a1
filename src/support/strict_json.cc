#include "support/strict_json.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "support/utf8.h"
#include "tacet/error.h"

namespace tacet::support {
namespace {

using Json = nlohmann::json;

/// Names in messages are cut to this, since a hostile file can hold very long ones.
constexpr std::size_t kShownBytes = 80;

std::string shown(std::string_view text) {
  const std::string safe = escape_for_display(text.substr(0, kShownBytes));
  return text.size() > kShownBytes ? safe + "..." : safe;
}

/// What the messages about one text begin and end with.
struct Blame {
  std::string_view what;
  std::string_view advice;
};

[[noreturn]] void fail(const Blame& blame, std::size_t byte, std::string_view reason) {
  throw ModelError(fmt::format("{}: byte {}: {}; {}", blame.what, byte, reason, blame.advice));
}

/// Walks the text and remembers how far the parser has read: its handler is not told.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, const char** furthest) : at_(at), furthest_(furthest) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    *furthest_ = ++at_;
    return *this;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }

 private:
  const char* at_;
  const char** furthest_;
};

/// Builds the value and refuses what the library would let pass.
class StrictBuilder : public nlohmann::json_sax<Json> {
 public:
  StrictBuilder(std::string_view text, const Blame& blame)
      : text_(text), blame_(blame), furthest_(text.data()) {}

  CountingIterator begin() { return {text_.data(), &furthest_}; }
  CountingIterator end() { return {text_.data() + text_.size(), &furthest_}; }
  Json take() { return std::move(root_); }

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t value, const string_t& /*digits*/) override {
    return add(value);
  }
  bool string(string_t& value) override { return add(std::move(value)); }
  // Text formats have no binary values.
  bool binary(binary_t& /*value*/) override { return false; }

  bool start_object(std::size_t /*size*/) override { return open(Json::object()); }
  bool start_array(std::size_t /*size*/) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    const auto [entry, is_new] = open_.back()->emplace(name, nullptr);
    if (!is_new) {
      fail(blame_, offset(), fmt::format("the key \"{}\" stands twice in one object", shown(name)));
    }
    member_ = &*entry;
    return true;
  }

  bool parse_error(std::size_t position, const std::string& /*last_token*/,
                   const nlohmann::detail::exception& error) override {
    // The library counts from 1 and counts the end of the text as a character.
    const std::size_t byte = std::min(position == 0 ? 0 : position - 1, text_.size());
    fail(blame_, position == 0 ? offset() : byte, reason_of(error.what()));
  }

 private:
  std::size_t offset() const { return static_cast<std::size_t>(furthest_ - text_.data()); }

  /// The library's message without its own prefix "[json.exception...] parse error at ...: ".
  static std::string reason_of(std::string_view message) {
    for (const std::string_view prefix : {"] ", ": "}) {
      const std::size_t at = message.find(prefix);
      if (at != std::string_view::npos) message.remove_prefix(at + prefix.size());
    }
    return fmt::format("not JSON: {}", shown(message));
  }

  Json* place(Json&& value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    if (open_.back()->is_array()) {
      open_.back()->push_back(std::move(value));
      return &open_.back()->back();
    }
    *member_ = std::move(value);
    return member_;
  }

  bool add(Json value) {
    place(std::move(value));
    return true;
  }

  bool open(Json value) {
    if (open_.size() == static_cast<std::size_t>(kMaxJsonDepth)) {
      fail(blame_, offset(), fmt::format("nested deeper than {} levels", kMaxJsonDepth));
    }
    // The address stays good while the value is open: its parent gets no other child until then.
    open_.push_back(place(std::move(value)));
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  std::string_view text_;
  Blame blame_;
  const char* furthest_;
  Json root_;
  std::vector<Json*> open_;
  Json* member_ = nullptr;
};

}  // namespace

nlohmann::json parse_strict_json(std::string_view text, std::string_view what,
                                 std::string_view advice) {
  const Blame blame{what, advice};
  if (const auto byte = first_invalid_utf8(text)) fail(blame, *byte, "not UTF-8");
  if (text.starts_with("\xEF\xBB\xBF")) fail(blame, 0, "a byte order mark, which JSON has not");
  // The library takes a NUL byte for the end of its input and would not see what follows.
  if (const auto byte = text.find('\0'); byte != text.npos) fail(blame, byte, "a NUL byte");
  StrictBuilder builder(text, blame);
  Json::sax_parse(builder.begin(), builder.end(), &builder);
  return builder.take();
}

}  // namespace tacet::support
