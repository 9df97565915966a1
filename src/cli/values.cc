#include "cli/values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/suggest.h"
#include "support/trim.h"
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

/// A unit of --memory, in lower case.
struct SizeUnit {
  std::string_view name;
  double bytes = 1;
};

constexpr double kKilo = 1000;
constexpr double kKibi = 1024;
constexpr std::array kSizeUnits = {
    SizeUnit{"", 1},
    SizeUnit{"b", 1},
    SizeUnit{"kb", kKilo},
    SizeUnit{"mb", kKilo* kKilo},
    SizeUnit{"gb", kKilo* kKilo* kKilo},
    SizeUnit{"tb", kKilo* kKilo* kKilo* kKilo},
    SizeUnit{"kib", kKibi},
    SizeUnit{"mib", kKibi* kKibi},
    SizeUnit{"gib", kKibi* kKibi* kKibi},
    SizeUnit{"tib", kKibi* kKibi* kKibi* kKibi},
};

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
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

std::uint64_t parse_size(std::string_view option, std::string_view text) {
  constexpr double kTooMany = 18446744073709551616.0;  // 2^64
  const std::size_t end = std::min(text.find_first_not_of("0123456789."), text.size());
  const std::string unit = lower(support::trim(text.substr(end)));
  const auto known = std::ranges::find(kSizeUnits, unit, &SizeUnit::name);
  const auto number = read_number<double>(text.substr(0, end));
  if (number && known != kSizeUnits.end()) {
    const double bytes = *number * known->bytes;
    if (bytes >= 1 && bytes < kTooMany) return static_cast<std::uint64_t>(bytes);
  }
  throw UsageError(fmt::format(
      "{} takes a size such as 300MB, 2GiB or 1000000 (bytes), at least one byte, not '{}'", option,
      text));
}

std::string format_count(std::int64_t count, std::string_view unit) {
  const auto value = static_cast<double>(count);
  if (count >= 1'000'000'000) return fmt::format("{:.2f} G{}", value / 1e9, unit);
  if (count >= 1'000'000) return fmt::format("{:.1f} M{}", value / 1e6, unit);
  if (count >= 1'000) return fmt::format("{:.1f} k{}", value / 1e3, unit);
  return unit.empty() ? std::to_string(count) : fmt::format("{} {}", count, unit);
}

std::string format_size(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 5> kUnits = {"bytes", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= kKibi && unit + 1 < kUnits.size()) {
    value /= kKibi;
    ++unit;
  }
  return fmt::format("{:.{}f} {}", value, unit == 0 ? 0 : 1, kUnits.at(unit));
}

std::vector<std::int32_t> parse_ids(std::string_view option, std::string_view text) {
  std::vector<std::int32_t> ids;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view entry = support::trim(text.substr(begin, end - begin));
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
