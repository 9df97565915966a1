#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
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

/// A chunk's interventions in two parts, in order; the second is empty when there is only one
/// intervention (or none).
std::pair<SweepChunk, SweepChunk> halves(const SweepChunk& chunk);

/// Cuts a sweep, whose interventions have `noise_draws` further runs each, into chunks that keep to
/// `memory` bytes with `threads` threads, in the order of prompts and interventions. A chunk holds
/// at least one intervention (or one prompt without any), whatever the memory.
std::vector<SweepChunk> plan_sweep(const ModelConfig& config, std::span<const SweepPrompt> prompts,
                                   std::uint64_t memory, int threads, int noise_draws = 0);

/// About what an intervention on a prompt of `tokens` tokens takes after its last block, when the
/// token-swap test goes over all blocks: in rows of a block, as `SweepChunk::work`. For the
/// progress alone.
std::int64_t finishing_work(const ModelConfig& config, const SilenceOptions& options,
                            std::size_t tokens);

/// How many runs of one prompt of `tokens` tokens go up the blocks together within `memory` bytes,
/// each with `own_rows` rows (>= 1) and `extra` bytes beside them; at least 1.
std::size_t runs_per_pass(const ModelConfig& config, std::uint64_t tokens, std::uint64_t own_rows,
                          std::uint64_t extra, std::uint64_t memory, int threads);

}  // namespace tacet::experiment
