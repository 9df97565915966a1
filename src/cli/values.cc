#include "cli/values.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/suggest.h"
#include "tacet/error.h"

namespace tacet::cli {
namespace {

/// The number that all of `text` is, as std::from_chars reads it.
template <typename Number>
std::optional<Number> read_number(std::string_view text) {
  Number value{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

int parse_int(std::string_view option, std::string_view text, int low, int high) {
  const auto value = read_number<int>(text);
  if (value && *value >= low && *value <= high) return *value;
  if (high == std::numeric_limits<int>::max()) {
    throw UsageError(
        fmt::format("{} takes a whole number of at least {}, not '{}'", option, low, text));
  }
  throw UsageError(
      fmt::format("{} takes a whole number from {} to {}, not '{}'", option, low, high, text));
}

double parse_between(std::string_view option, std::string_view text, double low, double high) {
  const auto value = read_number<double>(text);
  if (value && *value > low && *value < high) return *value;
  throw UsageError(
      fmt::format("{} takes a number between {} and {}, not '{}'", option, low, high, text));
}

std::vector<std::int32_t> parse_ids(std::string_view option, std::string_view text) {
  std::vector<std::int32_t> ids;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view entry = trim(text.substr(begin, end - begin));
    const auto id = read_number<std::int32_t>(entry);
    if (!id || *id < 0) {
      throw UsageError(fmt::format(
          "{}: entry {} is '{}', not a token id; write ids from 0 on, with commas between them",
          option, ids.size() + 1, entry));
    }
    ids.push_back(*id);
    begin = end + 1;
  }
  return ids;
}

std::size_t parse_choice(std::string_view option, std::string_view text,
                         std::span<const std::string> choices) {
  const auto found = std::ranges::find(choices, text);
  if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
  throw UsageError(fmt::format("{} takes {}, not '{}'{}", option, fmt::join(choices, ", "), text,
                               did_you_mean(text, choices)));
}

}  // namespace tacet::cli
