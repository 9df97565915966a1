#include "engine/matmul_kernel.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>

#include "engine/buffer.h"
#include "engine/vector_targets.h"  // before Highway's headers
#include "tacet/error.h"

// Everything between HWY_BEFORE_NAMESPACE and HWY_AFTER_NAMESPACE is compiled once for each vector
// unit; the best one is chosen when the program runs.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/matmul_kernel.cc"
// The first of these includes this file again, for each vector unit.
// clang-format off
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>
#include <hwy/cache_control.h>
#include <hwy/contrib/math/math-inl.h>
#include "engine/tile-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace tacet::engine::HWY_NAMESPACE {
namespace {

/// Inner values that are packed at a time. Part of every value's sum: never depends on the rows.
constexpr std::size_t kInner = 256;
/// Columns whose sums of a block of rows stay in a core's cache beside those rows.
constexpr std::size_t kSumCols = 256;
/// Rows of the weights between a packed one and the one that is asked for ahead of time.
constexpr std::size_t kPrefetch = 8;
/// Floats of a cache line.
constexpr std::size_t kLine = 16;

static_assert(kColStep % kPanel == 0 && kStripCols % kColStep == 0);
static_assert(kRowStep % kTileRows == 0 && kRowBlock % kRowStep == 0);

/// Copies inner values [first, first + inner) of some columns into panels of [inner, kPanel], one
/// after the other; missing columns become 0.
void pack_piece(const model::Tensor& weight, Range cols, std::size_t first, std::size_t inner,
                float* packed) {
  const std::size_t size = model::size_of(weight.dtype);
  const auto stride = static_cast<std::size_t>(weight.cols);
  const auto last = static_cast<std::size_t>(weight.rows) - 1;
  const std::size_t width = round_up(cols.count, kPanel);
  const bool in_place = weight.dtype == model::Dtype::f32 && cols.count == width;
  alignas(64) float row[kStripCols] = {};
  for (std::size_t k = 0; k < inner; ++k) {
    const std::size_t at = (first + k) * stride + cols.first;
    const std::size_t ahead = std::min(first + k + kPrefetch, last) * stride + cols.first;
    for (std::size_t byte = 0; byte < cols.count * size; byte += 64) {
      hwy::Prefetch(weight.data + ahead * size + byte);
    }
    const std::byte* source = weight.data + at * size;
    if (!in_place) {
      model::copy_to_float(weight, static_cast<std::int64_t>(at), {row, cols.count});
      source = reinterpret_cast<const std::byte*>(row);
    }
    for (std::size_t col = 0; col < width; col += kPanel) {
      std::memcpy(packed + col * inner + k * kPanel, source + col * sizeof(float),
                  kPanel * sizeof(float));
    }
  }
}

/// One tile of packed rows against one panel; `out` is its first row's first column. A panel that
/// the strip does not fill goes by a side buffer.
void multiply_tile(const float* in, std::size_t rows, const float* panel, std::size_t inner,
                   float* out, std::size_t out_stride, std::size_t width) {
  if (width == kPanel) {
    tile_of(rows)(in, panel, inner, out, out_stride);
    return;
  }
  float side[kTileRows * kPanel] = {};
  for (std::size_t r = 0; r < rows; ++r) {
    std::copy_n(out + r * out_stride, width, side + r * kPanel);
  }
  tile_of(rows)(in, panel, inner, side, kPanel);
  for (std::size_t r = 0; r < rows; ++r) {
    std::copy_n(side + r * kPanel, width, out + r * out_stride);
  }
}

/// Packs `inner` values of each of some rows, a tile at most; `rows` is the first's first value.
void pack_tile(const float* rows, std::size_t stride, std::size_t n_rows, std::size_t inner,
               float* HWY_RESTRICT packed) {
  for (std::size_t k = 0; k < inner; ++k) {
    for (std::size_t r = 0; r < n_rows; ++r) packed[in_tile(k, r, n_rows)] = rows[r * stride + k];
  }
}

/// Copies inner values [first, first + inner) of some rows into tiles, one after the other.
void pack_rows(const Product& product, Range rows, std::size_t first, std::size_t inner,
               float* packed) {
  for (std::size_t row = 0; row < rows.count; row += kTileRows) {
    pack_tile(product.in + (rows.first + row) * product.inner() + first, product.inner(),
              std::min(kTileRows, rows.count - row), inner, packed + row * inner);
  }
}

/// Adds to some rows and columns the products over `inner` inner values; `in` and `weights` are
/// packed, those of the first row and of the columns' first panel.
void add_piece(const Product& product, Range rows, Range cols, std::size_t inner, const float* in,
               const float* weights) {
  const std::size_t stride = product.cols();
  const std::size_t n_tiles = round_up(rows.count, kTileRows) / kTileRows;
  const std::size_t part = round_up(inner * kPanel / n_tiles + 1, kLine);
  for (std::size_t col = 0; col < cols.count; col += kPanel) {
    const std::size_t width = std::min(kPanel, cols.count - col);
    float* const out = product.out + rows.first * stride + cols.first + col;
    // Every tile asks for a part of the next panel, which else would be waited for as it begins.
    std::size_t next = (col + kPanel) * inner;
    const std::size_t next_end = col + kPanel < cols.count ? next + inner * kPanel : next;
    for (std::size_t r = 0; r < rows.count; r += kTileRows) {
      for (const std::size_t end = std::min(next + part, next_end); next < end; next += kLine) {
        hwy::Prefetch(weights + next);
      }
      multiply_tile(in + r * inner, std::min(kTileRows, rows.count - r), weights + col * inner,
                    inner, out + r * stride, stride, width);
    }
  }
}

/// x / (1 + exp(-y)): where y is large and negative, exp would overflow, and the result is 0 to
/// every digit long before that.
Vector times_sigmoid(Vector x, Vector y) {
  constexpr float kLargest = 88.0F;
  const Vector exponent = hn::Min(hn::Neg(y), hn::Set(kTag, kLargest));
  return hn::Div(x, hn::Add(hn::Set(kTag, 1.0F), hn::Exp(kTag, exponent)));
}

/// 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))), as (1 + tanh(u)) / 2 = 1 / (1 + exp(-2 u)).
Vector gelu_tanh(Vector x) {
  constexpr float kTwiceRoot = 1.5957691216F;  // 2 sqrt(2 / pi)
  const Vector cubed = hn::Mul(hn::Mul(x, x), x);
  const Vector sum = hn::MulAdd(hn::Set(kTag, 0.044715F), cubed, x);
  return times_sigmoid(x, hn::Mul(hn::Set(kTag, kTwiceRoot), sum));
}

Vector silu(Vector x) {
  return times_sigmoid(x, x);
}

/// Applies `function` to whole vectors of `values`, the last of them filled up with zeros.
template <typename Function>
void apply_to(std::span<float> values, const Function& function) {
  std::size_t i = 0;
  for (; i + kLanes <= values.size(); i += kLanes) {
    hn::StoreU(function(hn::LoadU(kTag, &values[i])), kTag, &values[i]);
  }
  if (i == values.size()) return;
  float side[kLanes] = {};
  std::copy_n(&values[i], values.size() - i, side);
  hn::StoreU(function(hn::LoadU(kTag, side)), kTag, side);
  std::copy_n(side, values.size() - i, &values[i]);
}

void activate(Activation activation, std::span<float> values) {
  switch (activation) {
    case Activation::gelu_tanh:
      apply_to(values, gelu_tanh);
      return;
    case Activation::gelu_erf:
      for (float& x : values) x = 0.5F * x * (1.0F + std::erf(x * 0.70710678118F));
      return;
    case Activation::relu:
      apply_to(values, [](Vector x) { return hn::Max(x, hn::Zero(kTag)); });
      return;
    case Activation::silu:
      apply_to(values, silu);
      return;
  }
  throw Error("unknown activation");
}

std::span<float> part_of_row(const Product& product, std::size_t row, Range cols) {
  return {product.out + row * product.cols() + cols.first, cols.count};
}

/// What every sum begins with.
void begin(const Product& product, Range rows, Range cols) {
  for (std::size_t row = rows.first; row < rows.first + rows.count; ++row) {
    std::copy_n(product.bias + cols.first, cols.count, part_of_row(product, row, cols).begin());
  }
}

/// What is done to the finished sums.
void finish(const Product& product, Range rows, Range cols) {
  if (!product.activation) return;
  for (std::size_t row = rows.first; row < rows.first + rows.count; ++row) {
    activate(*product.activation, part_of_row(product, row, cols));
  }
}

Range strip_cols(const Product& product, std::size_t strip) {
  const std::size_t first = strip * kStripCols;
  return {first, std::min(kStripCols, product.cols() - first)};
}

}  // namespace

void MultiplyStrip(const Product& product, Range cols) {
  thread_local Buffer<float> weights(kInner * kStripCols);
  thread_local Buffer<float> in(kInner * kRowBlock);
  const Range all_rows{0, product.n_rows};
  begin(product, all_rows, cols);
  for (std::size_t first = 0; first < product.inner(); first += kInner) {
    const std::size_t inner = std::min(kInner, product.inner() - first);
    pack_piece(*product.weight, cols, first, inner, weights.data());
    for (std::size_t row = 0; row < product.n_rows; row += kRowBlock) {
      const Range rows{row, std::min(kRowBlock, product.n_rows - row)};
      pack_rows(product, rows, first, inner, in.data());
      add_piece(product, rows, cols, inner, in.data(), weights.data());
    }
  }
  finish(product, all_rows, cols);
}

std::size_t PackedSize(const Product& product) {
  return product.inner() * round_up(product.cols(), kPanel);
}

void Pack(const Product& product, std::size_t strip, float* packed) {
  const Range cols = strip_cols(product, strip);
  const std::size_t width = round_up(cols.count, kPanel);
  float* const place = packed + cols.first * product.inner();
  for (std::size_t first = 0; first < product.inner(); first += kInner) {
    const std::size_t inner = std::min(kInner, product.inner() - first);
    pack_piece(*product.weight, cols, first, inner, place + first * width);
  }
}

void MultiplyPacked(const Product& product, Range rows, Range cols, const float* packed) {
  thread_local Buffer<float> in;
  in.reserve(kRowBlock * product.inner());
  for (std::size_t first = 0; first < product.inner(); first += kInner) {
    const std::size_t inner = std::min(kInner, product.inner() - first);
    pack_rows(product, rows, first, inner, in.data() + rows.count * first);
  }
  // Some columns at a time, so that their sums stay in the cache until they are complete.
  for (std::size_t col = cols.first; col < cols.first + cols.count;) {
    const Range strip = strip_cols(product, col / kStripCols);
    const std::size_t end =
        std::min({strip.first + strip.count, cols.first + cols.count, col + kSumCols});
    const Range part{col, end - col};
    begin(product, rows, part);
    for (std::size_t first = 0; first < product.inner(); first += kInner) {
      const std::size_t inner = std::min(kInner, product.inner() - first);
      const float* const piece =
          packed + strip.first * product.inner() + first * round_up(strip.count, kPanel);
      add_piece(product, rows, part, inner, in.data() + rows.count * first,
                piece + (col - strip.first) * inner);
    }
    finish(product, rows, part);
    col = end;
  }
}

const char* VectorUnit() {
  return hwy::TargetName(HWY_TARGET);
}

}  // namespace tacet::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tacet::engine {

HWY_EXPORT(MultiplyStrip);
HWY_EXPORT(PackedSize);
HWY_EXPORT(Pack);
HWY_EXPORT(MultiplyPacked);
HWY_EXPORT(VectorUnit);

void multiply_strip(const Product& product, Range cols) {
  HWY_DYNAMIC_DISPATCH(MultiplyStrip)(product, cols);
}

std::size_t packed_size(const Product& product) {
  return HWY_DYNAMIC_DISPATCH(PackedSize)(product);
}

void pack(const Product& product, std::size_t strip, float* packed) {
  HWY_DYNAMIC_DISPATCH(Pack)(product, strip, packed);
}

void multiply_packed(const Product& product, Range rows, Range cols, const float* packed) {
  HWY_DYNAMIC_DISPATCH(MultiplyPacked)(product, rows, cols, packed);
}

std::string vector_unit() {
  return HWY_DYNAMIC_DISPATCH(VectorUnit)();
}

}  // namespace tacet::engine
#endif
