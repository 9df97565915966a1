#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>

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

  /// A standard normal number (Box and Muller 1958); takes two numbers for each. Its last bits are
  /// those of the machine's logarithm and cosine.
  double normal() {
    const double radius = std::sqrt(-2.0 * std::log(open_unit()));
    return radius * std::cos(2.0 * std::numbers::pi * open_unit());
  }

 private:
  /// Uniform in (0, 1]: its logarithm is finite.
  double open_unit() { return (static_cast<double>(next() >> 11U) + 1.0) * 0x1p-53; }

  static constexpr std::uint64_t kHalf = 0xFFFFFFFFU;
  std::uint64_t state_;
};

}  // namespace tacet::stats
