#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "tacet/intervention.h"

namespace tacet::engine {

/// A number that stands for the noise of one draw (from 1 on) of an intervention after one block.
/// It follows from the arguments alone, so that the noise is the same whatever else is in a batch.
std::uint64_t noise_key(std::uint64_t seed, const Intervention& intervention, int draw, int layer);

/// Multiplies each value of the row of `position` by 1 + 2^-24 u, u uniform in [-1, 1) and drawn
/// from `key`, the position and the dimension alone (a counter, not a sequence). The product is
/// formed in double and rounded to float32 again: a value keeps its bits or moves to a neighbour.
void put_noise(std::uint64_t key, std::size_t position, std::span<float> row);

}  // namespace tacet::engine
