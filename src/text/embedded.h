#pragma once

#include <string_view>

namespace tacet::text {

/// The embedded model's vocab.json. Valid as long as the program runs; thread safe.
std::string_view embedded_vocab_json();

/// The embedded model's merges.txt. Valid as long as the program runs; thread safe.
std::string_view embedded_merges_txt();

}  // namespace tacet::text
