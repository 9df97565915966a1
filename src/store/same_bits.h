/// @file
/// Whether results that were computed twice have the same bits.
#pragma once

#include <cstdint>

#include "store/sweep_database.h"
#include "tacet/sweep.h"

namespace tacet::store {

/// How many values were compared, and how many of them have other bits.
struct BitComparison {
  std::int64_t n_values = 0;
  std::int64_t n_different = 0;
  BitComparison& operator+=(const BitComparison& other);
};

/// Compares every value of two outcomes of one intervention: its rows, ln_f's row and its ripple.
/// A value that one of them lacks counts as different.
BitComparison compare_bits(const SweepOutcome& a, const SweepOutcome& b);

/// The same for two trajectories.
BitComparison compare_bits(const StoredTrajectory& a, const StoredTrajectory& b);

}  // namespace tacet::store
