#include "hub/retry.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <ctime>

#include <curl/curl.h>

namespace tacet::hub {
namespace {

/// The whole number that `text` is.
std::optional<double> number(std::string_view text) {
  long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return static_cast<double>(value);
}

/// The number behind `key=` among fields separated by semicolons: `"resolvers";r=0;t=55`.
std::optional<double> field(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    const std::size_t end = text.find_first_of(";,");
    std::string_view part = text.substr(0, end);
    text = end == std::string_view::npos ? "" : text.substr(end + 1);
    while (part.starts_with(' ')) part.remove_prefix(1);
    if (part.starts_with(key) && part.substr(key.size()).starts_with('=')) {
      return number(part.substr(key.size() + 1));
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<double> Backoff::next_wait(const RequestFailure& failure) {
  if (!failure.can_retry() || failures_ >= policy_.max_retries) return std::nullopt;
  const double usual =
      std::min(policy_.longest_wait_s, policy_.first_wait_s * std::exp2(failures_));
  const double wait = failure.wait_s().value_or(usual);
  if (wait > policy_.longest_asked_s) return std::nullopt;
  ++failures_;
  return wait * policy_.scale;
}

std::optional<double> asked_wait(const HttpResponse& response) {
  if (const auto limit = response.find("ratelimit")) {
    // One second more: the quota's clock is counted in whole ones.
    if (field(*limit, "r") == 0) {
      if (const auto seconds = field(*limit, "t")) return *seconds + 1;
    }
  }
  const auto after = response.find("retry-after");
  if (!after) return std::nullopt;
  if (const auto seconds = number(*after)) return seconds;
  const std::time_t date = curl_getdate(after->c_str(), nullptr);
  if (date < 0) return std::nullopt;
  return std::max(0.0, std::difftime(date, std::time(nullptr)));
}

}  // namespace tacet::hub
