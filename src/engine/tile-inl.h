// The innermost loop of all products, compiled once for each vector unit; to be included between
// Highway's headers and the namespace of a kernel.

#if defined(TACET_ENGINE_TILE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TACET_ENGINE_TILE_INL_H
#undef TACET_ENGINE_TILE_INL_H
#else
#define TACET_ENGINE_TILE_INL_H
#endif

#include <array>
#include <cstddef>
#include <utility>

#include <hwy/cache_control.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace tacet::engine::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

constexpr hn::ScalableTag<float> kTag;
using Vector = hn::Vec<decltype(kTag)>;

constexpr std::size_t kLanes = hn::MaxLanes(kTag);
/// Columns of a panel: two vectors.
constexpr std::size_t kPanel = 2 * kLanes;
/// Rows of a tile: as many as leave room in the registers for a panel's row and one input value.
#if (HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3) || HWY_ARCH_ARM_A64
constexpr std::size_t kTileRows = 12;  // 32 registers: AVX-512 and all that came after it, NEON
#else
constexpr std::size_t kTileRows = 6;
#endif

constexpr std::size_t round_up(std::size_t n, std::size_t step) {
  return (n + step - 1) / step * step;
}

/// Where value k of row r of a tile of `rows` rows stands: a step of the innermost loop then reads
/// its values side by side.
constexpr std::size_t in_tile(std::size_t k, std::size_t r, std::size_t rows) {
  return k * rows + r;
}

/// Adds to out[r], a whole panel wide, the products of row r of the packed tile `in` and the panel,
/// for kRows rows.
template <std::size_t kRows>
void add_products(const float* HWY_RESTRICT in, const float* HWY_RESTRICT panel, std::size_t inner,
                  float* HWY_RESTRICT out, std::size_t out_stride) {
  Vector left[kRows];
  Vector right[kRows];
#pragma GCC unroll 16
  for (std::size_t r = 0; r < kRows; ++r) {
    hwy::Prefetch(out + r * out_stride);
    left[r] = hn::Zero(kTag);
    right[r] = hn::Zero(kTag);
  }
  for (std::size_t k = 0; k < inner; ++k) {
    const Vector weight_left = hn::Load(kTag, panel + k * kPanel);
    const Vector weight_right = hn::Load(kTag, panel + k * kPanel + kLanes);
#pragma GCC unroll 16
    for (std::size_t r = 0; r < kRows; ++r) {
      const Vector x = hn::Set(kTag, in[in_tile(k, r, kRows)]);
      left[r] = hn::MulAdd(x, weight_left, left[r]);
      right[r] = hn::MulAdd(x, weight_right, right[r]);
    }
  }
#pragma GCC unroll 16
  for (std::size_t r = 0; r < kRows; ++r) {
    float* const sum = out + r * out_stride;
    hn::StoreU(hn::Add(hn::LoadU(kTag, sum), left[r]), kTag, sum);
    hn::StoreU(hn::Add(hn::LoadU(kTag, sum + kLanes), right[r]), kTag, sum + kLanes);
  }
}

using AddProducts = void (*)(const float*, const float*, std::size_t, float*, std::size_t);

template <std::size_t... kRowsLessOne>
constexpr std::array<AddProducts, kTileRows> all_tiles(std::index_sequence<kRowsLessOne...>) {
  return {add_products<kRowsLessOne + 1>...};
}

/// The tile with `rows` rows, 1 to kTileRows.
AddProducts tile_of(std::size_t rows) {
  static constexpr auto kTiles = all_tiles(std::make_index_sequence<kTileRows>());
  return kTiles[rows - 1];
}

}  // namespace
}  // namespace tacet::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // TACET_ENGINE_TILE_INL_H
