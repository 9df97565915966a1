#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tacet::text {

/// One pair of prompts of a list, as it is written.
struct ListedPair {
  std::size_t line = 0;  ///< where it stands, counted from 1
  std::string clean;
  std::string corrupt;
  std::string target;
  std::string contrast;
};

/// Reads the content of a file of pairs, JSON Lines: objects with the texts `clean` (or `text` in
/// its place, as lists of prompts have it), `corrupt`, `target` and `contrast`, and perhaps an `id`
/// and a `group`. Blank lines are skipped. Throws InputError that begins with file and line and
/// says what to do, for the first line that is bad, and for a file without pairs. Thread safe.
std::vector<ListedPair> parse_pair_list(std::string_view content, std::string_view name);

}  // namespace tacet::text
