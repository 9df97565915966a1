#pragma once

#include <string>
#include <vector>

#include "store/sweep_json.h"

namespace tacet::cli::testing {

/// A head with these late and immediate deltas; what is not 0 late has a role.
HeadSummary made_head(int layer, int head, double late, double immediate, Role role);

/// A sweep of n_layer x n_head heads, all of them: head (l, h) has the late delta 0.001 times a
/// number from -4 to 4 that changes from head to head; every third has a role.
SweepSummary made_summary(int n_layer, int n_head);

/// Three heads of a model of 5 blocks x 4 heads, on one prompt: a connector with the largest
/// numbers, a separator, and one that does nothing and has no t.
store::SweepListing made_sweep();

/// The same heads on `count` prompts, all with the same numbers.
store::SweepListing made_sweeps(int count);

}  // namespace tacet::cli::testing
