#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/rows.h"
#include "tacet/intervention.h"

namespace tacet::engine {

/// What the slices of one head become in one run.
class SliceChange {
 public:
  /// `z` are the run's rows of the input of `attn.c_proj`, [M, d_model], not changed yet: the mean
  /// is taken here, each column summed in double in the order of the positions. `mode` must outlive
  /// this.
  SliceChange(const SliceMode& mode, Head head, std::size_t d_head, const RowsView& z);

  /// Changes `slice`, [d_head], of `position`; returns how many of its values are others now.
  std::int64_t apply(std::size_t position, std::span<float> slice) const;

 private:
  float changed(std::size_t position, std::size_t k, float value) const;

  const SliceMode& mode_;
  int layer_;
  std::size_t column_;
  std::vector<float> mean_;  // [d_head]; empty unless asked for
};

}  // namespace tacet::engine
