#include "engine/noise.h"

#include <bit>

namespace tacet::engine {
namespace {

constexpr std::uint64_t kGolden = 0x9E3779B97F4A7C15U;

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014) on a state advanced by `value`.
std::uint64_t mix(std::uint64_t state, std::uint64_t value) {
  std::uint64_t z = state + (value + 1) * kGolden;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

}  // namespace

std::uint64_t noise_key(std::uint64_t seed, const Intervention& intervention, int draw, int layer) {
  std::uint64_t key = mix(seed, std::bit_cast<std::uint32_t>(intervention.mode.scale));
  const auto add = [&key](int value) { key = mix(key, static_cast<std::uint64_t>(value)); };
  if (intervention.mode.kind != SliceKind::scale) add(static_cast<int>(intervention.mode.kind));
  add(static_cast<int>(intervention.heads.size()));
  for (const Head head : intervention.heads) {
    add(head.layer);
    add(head.head);
  }
  for (const int position : intervention.positions) add(position);
  add(draw);
  add(layer);
  return key;
}

void put_noise(std::uint64_t key, std::size_t position, std::span<float> row) {
  constexpr double kUnit = 0x1p-52;  // of 53 random bits: [0, 2)
  const std::uint64_t own = mix(key, position);
  for (std::size_t k = 0; k < row.size(); ++k) {
    const double u = static_cast<double>(mix(own, k) >> 11U) * kUnit - 1.0;
    row[k] = static_cast<float>(static_cast<double>(row[k]) * (1.0 + 0x1p-24 * u));
  }
}

}  // namespace tacet::engine
