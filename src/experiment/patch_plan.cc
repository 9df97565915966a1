#include "experiment/patch_plan.h"

#include <algorithm>
#include <cstring>

namespace tacet::experiment {
namespace {

bool same_bits(std::span<const float> a, std::span<const float> b) {
  return std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

/// The part of a row that the cell is about: its head's slice, or all of it.
std::span<const float> part(std::span<const float> row, const PatchCell& cell, int d_head) {
  if (!cell.head) return row;
  const auto width = static_cast<std::size_t>(d_head);
  return row.subspan(static_cast<std::size_t>(*cell.head) * width, width);
}

}  // namespace

std::span<const float> RunValues::row(int layer, std::size_t position) const {
  return rows_from(layer, position, 1);
}

std::span<const float> RunValues::rows_from(int layer, std::size_t position,
                                            std::size_t count) const {
  const std::size_t first = static_cast<std::size_t>(layer) * n_tokens + position;
  return std::span<const float>(rows).subspan(first * d_model, count * d_model);
}

std::vector<PatchCell> empty_cells(const ModelConfig& config, PatchBy by, std::size_t n_tokens) {
  std::vector<PatchCell> cells;
  const auto add = [&](PatchCell cell) {
    if (by == PatchBy::head) {
      cells.push_back(cell);
      return;
    }
    for (std::size_t t = 0; t < n_tokens; ++t) {
      cell.position = static_cast<int>(t);
      cells.push_back(cell);
    }
  };
  for (int layer = 0; layer < config.n_layer; ++layer) {
    PatchCell cell;
    cell.layer = layer;
    if (by == PatchBy::block_position) {
      add(cell);
      continue;
    }
    for (int head = 0; head < config.n_head; ++head) {
      cell.head = head;
      add(cell);
    }
  }
  return cells;
}

std::vector<PlannedPatch> plan_patches(const ModelConfig& config, std::span<const PatchCell> cells,
                                       const RunValues& patched, const RunValues& source) {
  std::vector<PlannedPatch> plan;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const PatchCell& cell = cells[i];
    const std::size_t begin = cell.position ? static_cast<std::size_t>(*cell.position) : 0;
    const std::size_t end = cell.position ? begin + 1 : patched.n_tokens;
    for (std::size_t t = begin; t < end; ++t) {
      if (same_bits(part(patched.row(cell.layer, t), cell, config.d_head()),
                    part(source.row(cell.layer, t), cell, config.d_head()))) {
        continue;
      }
      plan.push_back({.cell = i, .first_position = t});
      break;
    }
  }
  return plan;
}

}  // namespace tacet::experiment
