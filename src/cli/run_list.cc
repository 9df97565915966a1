#include "cli/run_list.h"

#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/values.h"
#include "support/utf8.h"
#include "tacet/error.h"

namespace tacet::cli {
namespace {

constexpr std::string_view kOption = "--run";
constexpr std::int64_t kMostRuns = 100'000;  // more than any list is meant to hold

int parse_id(std::string_view text) {
  return parse_int(kOption, text, 0, kAnyNumber);
}

/// Adds the ids of `1` or `1-3` to the group.
void add_term(std::string_view term, std::vector<std::int64_t>& group) {
  const std::size_t dash = term.find('-');
  const int first = parse_id(term.substr(0, dash));
  const int last = dash == std::string_view::npos ? first : parse_id(term.substr(dash + 1));
  if (last < first || last - first >= kMostRuns) {
    throw UsageError(fmt::format("{}: the runs {} are no range; write the lower id first", kOption,
                                 support::escape_for_display(term)));
  }
  for (std::int64_t id = first; id <= last; ++id) group.push_back(id);
}

}  // namespace

std::vector<std::vector<std::int64_t>> parse_run_list(std::string_view text) {
  std::vector<std::vector<std::int64_t>> groups(1);
  std::set<std::int64_t> seen;
  std::string_view rest = text;
  while (true) {
    const std::size_t end = rest.find_first_of(",+");
    const std::string_view term = rest.substr(0, end);
    if (term.empty() && !text.empty()) {
      throw UsageError(fmt::format(
          "{} '{}' has nothing before or after a ',' or '+'; write ids such as 1,2 or 1-3,4-6",
          kOption, support::escape_for_display(text)));
    }
    const std::size_t known = groups.back().size();
    add_term(term, groups.back());
    for (std::size_t i = known; i < groups.back().size(); ++i) {
      if (seen.insert(groups.back()[i]).second) continue;
      throw UsageError(
          fmt::format("{} names run {} twice; name each once", kOption, groups.back()[i]));
    }
    if (end == std::string_view::npos) return groups;
    if (rest[end] == ',') groups.emplace_back();
    rest.remove_prefix(end + 1);
  }
}

std::string run_names(const std::vector<std::int64_t>& ids) {
  constexpr std::size_t kMany = 8;
  if (ids.size() > kMany) return fmt::format("{} runs, from {} on", ids.size(), ids.front());
  return fmt::format("{} {}", ids.size() == 1 ? "run" : "runs", fmt::join(ids, ", "));
}

}  // namespace tacet::cli
