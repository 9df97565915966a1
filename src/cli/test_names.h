#pragma once

#include <string>

#include "tacet/stats.h"

namespace tacet::cli {

/// A test as a sentence calls it: "paired t-test".
std::string test_name(Test test);

}  // namespace tacet::cli
