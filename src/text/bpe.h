#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "text/vocabulary.h"

namespace tacet::text {

/// Appends the ids of `piece` (any bytes) to `ids`: from single bytes, again and again, the
/// neighbouring pair of lowest rank is merged at all its places from left to right, until no pair
/// of neighbours has a rank. Time is O(n log n) in the piece's length. Thread safe.
void encode_piece(const Vocabulary& vocabulary, std::string_view piece,
                  std::vector<std::int32_t>& ids);

}  // namespace tacet::text
