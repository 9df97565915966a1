#pragma once

#include <cstdint>

namespace tacet::stats {

/// Random patterns or resamples that a test draws at least: with fewer, no p goes below 0.01.
inline constexpr std::int64_t kFewestDraws = 99;

/// A pattern's |sum| that falls short of the observed one by this share reaches it: the same values
/// summed in another order differ in their last bits.
inline constexpr double kTieSlack = 1e-12;

}  // namespace tacet::stats
