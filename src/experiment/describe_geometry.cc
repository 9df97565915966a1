#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tacet/silence.h"

namespace tacet {
namespace {

/// "a separator, no connector", for the heads that were silenced.
std::string role_text(Role role, Role own) {
  if (role == Role::none) return fmt::format("no {}", to_string(own));
  if (own == Role::none) return fmt::format("a {}", to_string(role));
  return fmt::format("a {}, no {}", to_string(role), to_string(own));
}

std::string change_text(const VerdictChange& change, const SilenceResult& result) {
  std::string text = fmt::format("{} in {} of {} blocks", change.measured, change.blocks.size(),
                                 result.layers.size());
  if (change.role_differs) {
    text += fmt::format(" ({} by the late ones)", role_text(change.role, result.role));
  }
  return text;
}

/// "a", "a and b", "a, b and c".
std::string listed(std::vector<std::string> names) {
  const std::string last = std::move(names.back());
  names.pop_back();
  return names.empty() ? last : fmt::format("{} and {}", fmt::join(names, ", "), last);
}

}  // namespace

std::string describe_geometry(const SilenceResult& result) {
  const bool is_unchanged = std::ranges::all_of(
      result.layers, [](const LayerEffect& row) { return row.effect == Effect::unchanged; });
  if (is_unchanged) return "";
  std::vector<std::string> changes;
  std::vector<std::string> same;
  std::vector<std::string> undefined;
  for (const VerdictChange& one : result.verdict_changes) {
    // Position 0 is no matter of the cosine; effect_depends_on_first has it.
    if (one.measured.ends_with("position 0")) continue;
    if (!one.undefined.empty()) {
      undefined.push_back(one.measured);
    } else if (one.blocks.empty() && !one.role_differs) {
      same.push_back(one.measured);
    } else {
      changes.push_back(change_text(one, result));
    }
  }
  std::string text;
  if (!changes.empty()) {
    text = fmt::format("The verdict changes with another cosine: {}", listed(changes));
    if (!same.empty()) text += fmt::format("; not with {}", listed(same));
  } else if (!same.empty()) {
    text = fmt::format("The verdict is the same with another cosine: {}", listed(same));
  }
  if (!undefined.empty()) {
    text += fmt::format("{}{} cannot be taken: a token's vector has no length left",
                        text.empty() ? "Another cosine, " : "; ", listed(undefined));
  }
  return text.empty() ? text : text + ".";
}

}  // namespace tacet
