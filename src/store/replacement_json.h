#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/json_values.h"
#include "tacet/silence.h"

namespace tacet::store {

/// What a table of values was made from; null where it was from no corpus.
Json reference_json(const std::optional<SliceReference>& reference);

/// Begins the object of an intervention: its heads, positions and mode, how many values it changed,
/// and what its values were made from where they come from a corpus. `name` is its place in the
/// document.
ObjectBuilder begin_intervention(const Intervention& intervention, std::int64_t values_changed,
                                 std::string name);

/// `reference_draws`: what each prompt drawn did, and how far they lie apart. Throws NumericError
/// for NaN.
Json draws_json(const ReplacementDraws& draws);

/// `followed`: the pairs' similarities along the blocks. Throws NumericError for NaN.
Json followed_json(const std::vector<FollowedPair>& followed);

}  // namespace tacet::store
