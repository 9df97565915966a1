#include "cli/sweep_across.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/sweep_follow.h"
#include "tacet/error.h"

namespace tacet::cli {
namespace {

/// Whether one of the modes puts in what a prompt that is drawn has.
bool draws_a_prompt(const SweepCutOptions& cut) {
  const auto is_drawn = [](const SliceMode& mode) { return mode.name == kResample; };
  return is_drawn(cut.mode) || std::ranges::any_of(cut.modes, is_drawn);
}

}  // namespace

bool draws_at_random(const SilenceOptions& options) {
  const auto is_wanted = [&options](Test test) {
    return options.test == test ||
           std::ranges::find(options.tests_beside, test) != options.tests_beside.end();
  };
  return is_wanted(Test::token_bootstrap) || is_wanted(Test::token_swap);
}

void check_across(const SweepArguments& arguments, const std::vector<std::string>& groups) {
  constexpr std::size_t kFewestToSplit = 4;
  const std::size_t n_units = group_prompts(groups).n_groups;
  if (arguments.store.holdout && n_units < kFewestToSplit) {
    throw UsageError(
        fmt::format("--holdout splits the prompts into halves of two groups at least, and there {} "
                    "{}; give {} or more (a prompt without a group counts as one)",
                    n_units == 1 ? "is" : "are", n_units, kFewestToSplit));
  }
  const bool draws = !arguments.store.show &&
                     (draws_at_random(arguments.options.silence) || draws_a_prompt(arguments.cut));
  if (arguments.store.seed && groups.size() < 2 && !draws) {
    throw UsageError(
        "--seed is of the tests that draw at random, of which none is asked for, and of those "
        "across "
        "prompts, of which there is one; leave it out");
  }
}

void add_across(store::SweepListing& listing, const SweepArguments& arguments) {
  const SweepStoreOptions& store = arguments.store;
  std::vector<std::string> groups;
  for (const store::StoredRun& run : listing.runs) groups.push_back(run.prompt_group);
  check_across(arguments, groups);
  if (groups.size() < 2) return;
  AcrossOptions options;
  options.alpha = listing.summary.alpha;
  options.resampling.seed = store.seed.value_or(options.resampling.seed);
  listing.across = across(listing.effects, groups, options);
  add_followed_across(listing, groups);
  if (store.holdout) {
    listing.holdout =
        hold_out(listing.effects, groups, static_cast<std::size_t>(store.top), options);
  }
}

}  // namespace tacet::cli
