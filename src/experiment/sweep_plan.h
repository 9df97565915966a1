#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tacet/model.h"
#include "tacet/sweep.h"

namespace tacet::experiment {

/// A part of one prompt's interventions: numbers [first, first + count).
struct SweepPart {
  std::size_t prompt = 0;
  std::size_t first = 0;
  std::size_t count = 0;
};

/// What goes up the blocks together.
struct SweepChunk {
  std::vector<SweepPart> parts;    ///< prompts in order, each at most once
  std::vector<std::int64_t> work;  ///< rows that each block computes, [n_layer]
};

/// Cuts a sweep into chunks that keep to `memory` bytes, in the order of prompts and interventions.
/// A chunk holds at least one intervention (or one prompt without any), whatever the memory.
std::vector<SweepChunk> plan_sweep(const ModelConfig& config, std::span<const SweepPrompt> prompts,
                                   std::uint64_t memory);

}  // namespace tacet::experiment
