#include "cli/suggest.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace tacet::cli {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // Three rows of the table of the optimal string alignment distance.
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

std::optional<std::string> suggest(std::string_view word, std::span<const std::string> candidates) {
  constexpr std::size_t kLongestWord = 64;  // no command, option or model is longer
  if (word.empty() || word.size() > kLongestWord) return std::nullopt;
  const auto dashes = std::min(word.find_first_not_of('-'), word.size());
  const std::size_t letters = word.size() - dashes;
  std::size_t best = letters <= 3 ? 1 : 2;
  std::optional<std::string> found;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best || (distance == best && !found)) {
      best = distance;
      found = candidate;
    }
  }
  if (found || letters < 2) return found;
  const auto begun = std::ranges::find_if(
      candidates, [word](const std::string& candidate) { return candidate.starts_with(word); });
  if (begun != candidates.end()) return *begun;
  return std::nullopt;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> candidates) {
  const auto meant = suggest(word, candidates);
  return meant ? fmt::format("; did you mean '{}'?", *meant) : std::string();
}

}  // namespace tacet::cli
