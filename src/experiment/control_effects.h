#pragma once

#include <optional>
#include <span>
#include <vector>

#include "tacet/control.h"

namespace tacet::experiment {

/// What a push did, from the result that a silencing with its cut would have.
PushEffect effect_of(const SilenceResult& result);

/// The spread of the values that exist.
ControlSpread spread(std::span<const std::optional<double>> values);

/// Fills the spreads, the p-values and `layers` of `result`, whose `head` is set, from its n
/// controls' effects.
void sum_up(ControlResult& result, int cut_layer, std::span<const PushEffect> controls);

}  // namespace tacet::experiment
