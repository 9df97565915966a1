#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tacet::text {

/// One prompt of a list, as it is written: a text, or ids in its place.
struct ListedPrompt {
  std::size_t line = 0;                 ///< where it stands, counted from 1
  std::string id;                       ///< its `id`, an integer in decimal; empty without one
  std::string group;                    ///< its `group`, likewise: prompts that belong together
  std::string text;                     ///< empty where ids are given
  std::vector<std::int32_t> token_ids;  ///< empty where a text is given
  std::string target = {};              ///< its answer; empty without one
  std::string contrast = {};            ///< the answer that it is compared with; empty without one
};

/// Reads the content of a file of prompts: one text a line, as it stands; or, when the first line
/// that is not blank begins with `{`, JSON Lines: objects with `text` or `token_ids` and perhaps an
/// `id`, a `group`, a `target` and a `contrast`; `corrupt`, which lists of pairs have, is passed
/// over. Blank lines are skipped, lines end in LF or CR LF, a byte order mark in front is passed
/// over. Throws InputError that begins with file and line and says what to do, for the first line
/// that is bad: not UTF-8, a NUL byte, not JSON, another field, both or neither of `text` and
/// `token_ids`, a wrong type, ids that are no whole numbers from 0 on, an `id` that stands twice;
/// and for a file without prompts. Thread safe.
std::vector<ListedPrompt> parse_prompt_list(std::string_view content, std::string_view name);

}  // namespace tacet::text
