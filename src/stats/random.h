#pragma once

#include <cstddef>
#include <cstdint>

namespace tacet::stats {

/// SplitMix64 (Steele, Lea and Flood 2014): the same numbers on every machine and for every
/// standard library, which the distributions of <random> do not promise.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }

  /// One of 0 … n-1, each with a probability that is off by n / 2^64 at most.
  std::size_t below(std::size_t n) {
    // The upper half of the product of 64 by 64 bits, by halves: __int128 is no standard type.
    const std::uint64_t number = next();
    const std::uint64_t low = (number & kHalf) * n;
    return static_cast<std::size_t>(((number >> 32U) * n + (low >> 32U)) >> 32U);
  }

 private:
  static constexpr std::uint64_t kHalf = 0xFFFFFFFFU;
  std::uint64_t state_;
};

}  // namespace tacet::stats
