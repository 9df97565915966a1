#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "engine/rows.h"
#include "model/weights.h"

namespace tacet::engine {

/// A product out = activation(in * weight + bias), or, with `adds`, out += that.
struct Product {
  const float* in = nullptr;  ///< [n_rows, weight->rows], contiguous
  std::size_t n_rows = 0;
  const model::Tensor* weight = nullptr;  ///< [inner, cols], any dtype and alignment
  const float* bias = nullptr;            ///< [cols]
  float* out = nullptr;                   ///< [n_rows, cols]; must not overlap `in`
  std::optional<Activation> activation = {};
  bool adds = false;

  std::size_t inner() const { return static_cast<std::size_t>(weight->rows); }
  std::size_t cols() const { return static_cast<std::size_t>(weight->cols); }
};

/// Rows that are worked on together: as many as stay in a core's cache beside their sums.
inline constexpr std::size_t kRowBlock = 120;
/// Parts of a product in which all tiles are whole have a multiple of these rows.
inline constexpr std::size_t kRowStep = 12;
/// Columns that are packed together. Parts of a product begin at multiples of kColStep.
inline constexpr std::size_t kStripCols = 256;
inline constexpr std::size_t kColStep = 64;

// An output value is its bias plus the products in the order of the inner dimension, summed in
// pieces of a fixed length, one fused multiply-add after another (where the machine has them),
// wherever its row and column stand and whichever function computes it: its bits depend on its row
// of `in`, its column of the weights and the machine's vector unit alone. All functions work on
// the calling thread alone.

/// Computes some columns (at most kStripCols) of all rows (at most kRowBlock). The weights are
/// packed piece by piece into a buffer of the thread's own that stays in its cache: for few rows.
void multiply_strip(const Product& product, Range cols);

/// Floats that `pack` needs for the weights of a product.
std::size_t packed_size(const Product& product);
/// What stands next to what in packed weights: the pieces of the inner dimension of a strip, or the
/// strips of a piece. Whoever reads them finds what it wants next behind what it has.
enum class PackedOrder { strips, pieces };
/// Packs strip number `strip`, columns [strip * kStripCols, ...), into its place in `packed`.
void pack(const Product& product, PackedOrder order, std::size_t strip, float* packed);
/// Computes some rows (at most kRowBlock) with weights packed in strips: for many rows.
void multiply_packed(const Product& product, Range rows, const float* packed);
/// Computes `down` with the output of `up` as its input, for all rows (at most kRowBlock): bit for
/// bit one product after the other, but what lies between never leaves the cache. `packed_up` is
/// packed in strips, `packed_down` in pieces; `up.out` and `down.in` are not used.
void multiply_twice(const Product& up, const Product& down, const float* packed_up,
                    const float* packed_down);

/// Vector unit in use here: "AVX2", "AVX3" (AVX-512), "SSE4", "NEON" ...
std::string vector_unit();

}  // namespace tacet::engine
