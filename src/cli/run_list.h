#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tacet::cli {

/// The value of --run of a sweep: ids of runs that are shown together, such as `1`, `1-3` or
/// `1+4`; commas separate groups that are compared: `1,2` or `1-3,4-6`. Each group has one id at
/// least, in the order written. Throws UsageError naming the part for anything else, for a range
/// that runs backwards and an id that stands twice.
std::vector<std::vector<std::int64_t>> parse_run_list(std::string_view text);

/// "run 3", "runs 1, 2, 5", or "12 runs, from 4 on" where they are many.
std::string run_names(const std::vector<std::int64_t>& ids);

}  // namespace tacet::cli
