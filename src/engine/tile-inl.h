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

/// Where the sums of a tile, a whole panel wide, come from and go to; `from` may be `to`.
struct TileSums {
  const float* from;
  std::size_t from_stride;  ///< 0: every row begins with the same values
  float* to;
  std::size_t to_stride;
};

/// Memory that will be wanted soon: asked for a little at a time, so that arithmetic need not wait.
struct Ahead {
  const float* at;
  std::size_t step;  ///< values further with every second step of the inner dimension; 0: none
};

/// Row r of `sums.to` becomes that of `sums.from` plus the products of row r of the packed tile
/// `in` and the panel, for kRows rows.
template <std::size_t kRows>
void add_products(const float* HWY_RESTRICT in, const float* HWY_RESTRICT panel, std::size_t inner,
                  const TileSums& sums, Ahead ahead) {
  Vector left[kRows];
  Vector right[kRows];
#pragma GCC unroll 16
  for (std::size_t r = 0; r < kRows; ++r) {
    left[r] = hn::Zero(kTag);
    right[r] = hn::Zero(kTag);
  }
  const auto add = [&](std::size_t k) HWY_ATTR {
    const Vector weight_left = hn::Load(kTag, panel + k * kPanel);
    const Vector weight_right = hn::Load(kTag, panel + k * kPanel + kLanes);
#pragma GCC unroll 16
    for (std::size_t r = 0; r < kRows; ++r) {
      const Vector x = hn::Set(kTag, in[in_tile(k, r, kRows)]);
      left[r] = hn::MulAdd(x, weight_left, left[r]);
      right[r] = hn::MulAdd(x, weight_right, right[r]);
    }
  };
  std::size_t k = 0;
  for (; k + 2 <= inner; k += 2) {
    hwy::Prefetch(ahead.at);
    ahead.at += ahead.step;
    add(k);
    add(k + 1);
  }
  if (k < inner) add(k);
#pragma GCC unroll 16
  for (std::size_t r = 0; r < kRows; ++r) {
    const float* const from = sums.from + r * sums.from_stride;
    float* const to = sums.to + r * sums.to_stride;
    hn::StoreU(hn::Add(hn::LoadU(kTag, from), left[r]), kTag, to);
    hn::StoreU(hn::Add(hn::LoadU(kTag, from + kLanes), right[r]), kTag, to + kLanes);
  }
}

using AddProducts = void (*)(const float*, const float*, std::size_t, const TileSums&, Ahead);

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
