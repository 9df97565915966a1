#pragma once

#include <string>
#include <vector>

#include "cli/sweep_run.h"
#include "store/sweep_json.h"

namespace tacet::cli {

/// Whether one of the tests within a prompt can draw at random.
bool draws_at_random(const SilenceOptions& options);

/// What --holdout and --seed need of the prompts, whose groups are given. Throws UsageError.
void check_across(const SweepArguments& arguments, const std::vector<std::string>& groups);

/// The tests across prompts, for which `listing` must hold several. Throws UsageError for options
/// that ask for more than its prompts can give.
void add_across(store::SweepListing& listing, const SweepArguments& arguments);

}  // namespace tacet::cli
