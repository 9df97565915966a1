#include <algorithm>
#include <cmath>
#include <span>

#include "engine/attention.h"
#include "engine/buffer.h"
#include "engine/vector_targets.h"  // before Highway's headers

// Everything between HWY_BEFORE_NAMESPACE and HWY_AFTER_NAMESPACE is compiled once for each vector
// unit; the best one is chosen when the program runs.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/attention_kernel.cc"
// The first of these includes this file again, for each vector unit.
// clang-format off
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>
#include <hwy/contrib/math/math-inl.h>
#include "engine/tile-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace tacet::engine::HWY_NAMESPACE {
namespace {

/// One head of one run: its queries, keys and values side by side, as the products want them.
struct Packed {
  Buffer<float> queries;  ///< tiles of own rows, [d_head, tile rows]
  Buffer<float> keys;     ///< panels of [d_head, kPanel]: columns are positions
  Buffer<float> values;   ///< panels of [positions, kPanel]: columns are those of the head
  Buffer<float> scores;   ///< [tile rows, round_up(positions, kPanel)]
  Buffer<float> weights;  ///< of the values: a tile, [positions, tile rows]
  Buffer<float> out;      ///< [tile rows, round_up(d_head, kPanel)]
};

void pack(const AttentionRows& qkv, const Sequence& run, std::size_t head, std::size_t d_head,
          Packed& packed) {
  const std::size_t d_model = qkv.own.cols() / 3;
  const std::size_t n = run.row_of.size();
  const std::size_t n_padded = round_up(n, kPanel);
  const std::size_t d_padded = round_up(d_head, kPanel);
  packed.queries.reserve(run.n_own() * d_head);
  packed.keys.reserve(n_padded * d_head);
  packed.values.reserve(n * d_padded);
  packed.scores.reserve(kTileRows * n_padded);
  packed.weights.reserve(kTileRows * n);
  packed.out.reserve(kTileRows * d_padded);
  std::fill_n(packed.keys.data(), n_padded * d_head, 0.0F);
  std::fill_n(packed.values.data(), n * d_padded, 0.0F);
  for (std::size_t j = 0; j < n; ++j) {
    const float* const row = qkv.row(run, j).data() + head * d_head;
    if (j >= run.first_own) {
      const std::size_t own = j - run.first_own;
      const std::size_t first = own / kTileRows * kTileRows;
      const std::size_t rows = std::min(kTileRows, run.n_own() - first);
      float* const tile = packed.queries.data() + first * d_head;
      for (std::size_t k = 0; k < d_head; ++k) tile[in_tile(k, own - first, rows)] = row[k];
    }
    float* const key = packed.keys.data() + j / kPanel * kPanel * d_head + j % kPanel;
    for (std::size_t k = 0; k < d_head; ++k) key[k * kPanel] = row[d_model + k];
    for (std::size_t col = 0; col < d_head; col += kPanel) {
      std::copy_n(row + 2 * d_model + col, std::min(kPanel, d_head - col),
                  packed.values.data() + col * n + j * kPanel);
    }
  }
}

/// scores becomes exp(scale * (score - max)); returns the sum. What lies behind the scores up to
/// the end of the last vector is overwritten.
double exponentiate(std::span<float> scores, float scale) {
  const float top = *std::ranges::max_element(scores);
  for (std::size_t i = 0; i < scores.size(); i += kLanes) {
    const Vector below = hn::Sub(hn::LoadU(kTag, &scores[i]), hn::Set(kTag, top));
    const Vector scaled = hn::Mul(below, hn::Set(kTag, scale));
    hn::StoreU(hn::Exp(kTag, scaled), kTag, &scores[i]);
  }
  constexpr std::size_t kParts = 4;
  double sums[kParts] = {};
  for (std::size_t i = 0; i < scores.size(); ++i) sums[i % kParts] += double{scores[i]};
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/// Rows [first, first + rows) of the run's own, at most a tile.
void attend_tile(const Sequence& run, std::size_t first, std::size_t rows, std::size_t d_head,
                 float scale, Packed& packed) {
  float* const scores = packed.scores.data();
  float* const weights = packed.weights.data();
  float* const out = packed.out.data();
  const std::size_t position = run.first_own + first;
  const std::size_t end = position + rows;  // keys that any of the rows sees
  const std::size_t stride = round_up(end, kPanel);
  const std::size_t d_padded = round_up(d_head, kPanel);
  alignas(64) constexpr float kZeros[kPanel] = {};
  for (std::size_t key = 0; key < end; key += kPanel) {
    const float* const keys = packed.keys.data() + key * d_head;
    tile_of(rows)(packed.queries.data() + first * d_head, keys, d_head,
                  {kZeros, 0, scores + key, stride}, {keys, 0});
  }
  // A row sees the keys up to its own; the others get no weight.
  std::fill_n(weights, end * rows, 0.0F);
  for (std::size_t r = 0; r < rows; ++r) {
    const std::span<float> row(scores + r * stride, position + r + 1);
    const double sum = exponentiate(row, scale);
    for (std::size_t key = 0; key < row.size(); ++key) {
      weights[in_tile(key, r, rows)] = static_cast<float>(double{row[key]} / sum);
    }
  }
  for (std::size_t col = 0; col < d_head; col += kPanel) {
    const float* const values = packed.values.data() + col * run.row_of.size();
    tile_of(rows)(weights, values, end, {kZeros, 0, out + col, d_padded}, {values, 0});
  }
}

}  // namespace

void Attend(const AttentionRows& qkv, const Sequence& run, std::size_t head, std::size_t d_head,
            float scale, Rows& z) {
  thread_local Packed packed;
  pack(qkv, run, head, d_head, packed);
  const std::size_t d_padded = round_up(d_head, kPanel);
  for (std::size_t first = 0; first < run.n_own(); first += kTileRows) {
    const std::size_t rows = std::min(kTileRows, run.n_own() - first);
    attend_tile(run, first, rows, d_head, scale, packed);
    for (std::size_t r = 0; r < rows; ++r) {
      std::copy_n(packed.out.data() + r * d_padded, d_head,
                  z.row(run.row_of[run.first_own + first + r]).data() + head * d_head);
    }
  }
}

}  // namespace tacet::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tacet::engine {

HWY_EXPORT(Attend);

void attend(const AttentionRows& qkv, const Sequence& run, std::size_t head, std::size_t d_head,
            float scale, Rows& z) {
  HWY_DYNAMIC_DISPATCH(Attend)(qkv, run, head, d_head, scale, z);
}

}  // namespace tacet::engine
#endif
