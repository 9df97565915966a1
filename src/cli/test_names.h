#pragma once

#include <string>

#include "tacet/stats.h"

namespace tacet::cli {

/// A test as a sentence calls it: "paired t-test".
std::string test_name(Test test);

/// Whether it takes the pairs of a sentence as independent, which share tokens.
bool takes_pairs_as_independent(Test test);

}  // namespace tacet::cli
