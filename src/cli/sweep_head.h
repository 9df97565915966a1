#pragma once

#include <string>

#include "cli/view.h"
#include "store/sweep_json.h"

namespace tacet::cli {

// What the tables of sweeps say before their results.

/// The model of a run.
ModelView model_of(const store::StoredRun& run);
/// Where is cut: "at all 16 tokens", "at position 3".
std::string where_text(const store::SweepListing& listing);
/// The test, and when it calls something significant.
std::string test_text(const store::SweepListing& listing);
/// What differs from the usual way of measuring; empty when nothing does.
std::string settings_text(const store::RunSettings& settings);
/// The prompt with its tokens, or several prompts, one a line.
std::string sweep_prompts(const store::SweepListing& listing, const View& view);

}  // namespace tacet::cli
