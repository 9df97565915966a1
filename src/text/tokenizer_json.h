#pragma once

#include <string_view>

#include "text/vocabulary.h"

namespace tacet::text {

/// Reads and checks a `tokenizer.json` (format 1.0) that describes a byte-level BPE as GPT-2's,
/// with merges as strings or as pairs. Settings that change ids in a way that tacet does not follow
/// are refused. `what` is the file's name. Throws ModelError naming the place. Thread safe.
Vocabulary parse_tokenizer_json(std::string_view text, std::string_view what);

}  // namespace tacet::text
