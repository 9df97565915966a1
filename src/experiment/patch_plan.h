#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "tacet/model.h"
#include "tacet/patch.h"

namespace tacet::experiment {

/// Throws what `patch` throws before any work starts.
void check_patch(const ModelConfig& config, std::span<const PatchPair> pairs,
                 const PatchOptions& options);

/// The values of one run that patches take or replace: rows of `d_model`, [n_layer, M, d_model].
/// Heads' outputs side by side when heads are patched, else the stream that enters each block.
struct RunValues {
  std::size_t n_tokens = 0;
  std::size_t d_model = 0;
  std::vector<float> rows;

  std::span<const float> row(int layer, std::size_t position) const;
  /// The first `count` rows from `position` on, one after the other.
  std::span<const float> rows_from(int layer, std::size_t position, std::size_t count) const;
};

/// One patch that is run: the cell it belongs to, and the first position that it changes.
struct PlannedPatch {
  std::size_t cell = 0;
  std::size_t first_position = 0;
};

/// All cells of a model and a prompt of `n_tokens` tokens, in order, without numbers.
std::vector<PatchCell> empty_cells(const ModelConfig& config, PatchBy by, std::size_t n_tokens);

/// The patches that change anything: those where the two runs' values are not the same bits.
std::vector<PlannedPatch> plan_patches(const ModelConfig& config, std::span<const PatchCell> cells,
                                       const RunValues& patched, const RunValues& source);

}  // namespace tacet::experiment
