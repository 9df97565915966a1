#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "experiment/control_runs.h"
#include "measure/rotation.h"

namespace tacet::experiment {

/// The pushes of one contribution's rotated controls, each from a seed of its own. Const use is
/// thread safe.
class RotatedPushes {
 public:
  /// `n` pushes of `contribution` [rows, width], turned and with the sign of a silencing. The
  /// directions follow from `seed`.
  RotatedPushes(const PushRows& contribution, std::size_t width, std::int64_t n,
                std::uint64_t seed);

  /// Push `number`, 0 … n - 1. Of a contribution of zeros it is one of zeros.
  PushRows operator()(std::size_t number) const;

  /// Bytes that making one takes: the normal numbers, their factorisation, the frame and a copy.
  std::uint64_t bytes() const { return 4 * sizeof(double) * rigid_.n_normals(); }

 private:
  measure::RigidRows rigid_;
  std::vector<std::uint64_t> seeds_;
};

}  // namespace tacet::experiment
