#include "cli/sweep_follow.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "cli/follow.h"
#include "support/utf8.h"
#include "tacet/error.h"
#include "tacet/followed.h"

namespace tacet::cli {
namespace {

/// Whether every pair that the run's settings name is there, and no other.
bool are_those_asked(const std::vector<FollowedSweep>& pairs, const store::StoredRun& run) {
  std::vector<std::string> names;
  for (const FollowedSweep& one : pairs) {
    if (names.empty() || names.back() != one.pair.name) names.push_back(one.pair.name);
  }
  return names == run.settings.follow;
}

}  // namespace

std::vector<std::string> asked_pairs(std::vector<std::string> pairs) {
  std::ranges::sort(pairs);
  return pairs;
}

void resolve_followed(std::span<const std::string> pairs, std::vector<SweepInput>& inputs) {
  for (const std::string& pair : pairs) {
    if (!support::first_invalid_utf8(pair)) continue;
    throw UsageError(
        fmt::format("--pair '{}' is not UTF-8; write the words as they stand in the prompt",
                    support::escape_for_display(pair)));
  }
  const std::vector<std::string> asked = asked_pairs({pairs.begin(), pairs.end()});
  for (SweepInput& input : inputs) {
    try {
      input.follow = resolve_pairs(asked, input.prompt);
    } catch (const UsageError& error) {
      if (input.name.empty()) throw;
      throw UsageError(
          fmt::format("{}: {} (every prompt must hold the pair)", input.name, error.what()));
    }
  }
}

void add_followed(store::SweepListing& listing, const store::StoredRun& run,
                  std::span<const SweepOutcome> outcomes) {
  if (run.settings.follow.empty()) return;
  store::FollowedRun followed;
  try {
    followed.pairs = followed_heads(outcomes, run.settings.alpha);
  } catch (const UsageError&) {
    // Told below: the interventions of a run follow the same pairs.
  }
  if (!are_those_asked(followed.pairs, run)) {
    throw InputError(fmt::format(
        "rows of the pairs that run {} follows are missing; the database is damaged", run.id));
  }
  for (std::size_t i = 0; i < followed.pairs.size(); ++i) {
    const std::size_t place = strongest(followed.pairs[i].heads, 1).front();
    followed.strongest.push_back(outcomes[place].followed[i]);
  }
  listing.followed.push_back(std::move(followed));
}

void add_followed_across(store::SweepListing& listing, std::span<const std::string> groups) {
  if (listing.followed.empty()) return;
  std::vector<std::vector<FollowedSweep>> prompts;
  for (const store::FollowedRun& run : listing.followed) prompts.push_back(run.pairs);
  listing.followed_across = followed_across(prompts, groups, listing.summary.alpha);
}

}  // namespace tacet::cli
