#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/sweep_prompts.h"
#include "store/sweep_json.h"

namespace tacet::cli {

/// The pairs of --pair as the settings of a run hold them: sorted, so that the order in which they
/// are given makes no other run.
std::vector<std::string> asked_pairs(std::vector<std::string> pairs);

/// Finds the pairs of --pair in every prompt. Throws UsageError as resolve_pairs, naming the prompt
/// of several, and for a pair that is not UTF-8, or that one prompt does not hold.
void resolve_followed(std::span<const std::string> pairs, std::vector<SweepInput>& inputs);

/// Adds to the listing what `outcomes` of `run` say of the pairs that it follows, where it follows
/// any. Throws InputError when the rows of one of them are not there.
void add_followed(store::SweepListing& listing, const store::StoredRun& run,
                  std::span<const SweepOutcome> outcomes);

/// The tests of the pairs across the listing's runs, of which there are several, where they follow
/// any; `groups` as for `across`.
void add_followed_across(store::SweepListing& listing, std::span<const std::string> groups);

}  // namespace tacet::cli
