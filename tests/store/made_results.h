/// @file
/// Hand-made results, whose every number is chosen so that its place in an output can be told.
#pragma once

#include "store/result_json.h"
#include "tacet/silence.h"

namespace tacet::testing {

/// The model that the made results claim to come from; its id is not UTF-8.
store::ModelSummary made_model();

/// A silencing of L1H0+L1H3 at positions 1 and 2 in three blocks: the first unchanged, the second
/// with an infinite t, the third an ordinary one; four tokens, one of them half a character.
SilenceResult made_silence();

/// A trajectory of the same prompt.
TrajectoryResult made_trajectory();

/// Two runs' states, [3 + 2, 4, 5], filled with numbers that differ from place to place.
States made_states(float seed);

}  // namespace tacet::testing
