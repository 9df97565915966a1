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

/// Packs `inner` values of each of some rows, a tile at most; `rows` is the first's first value.
void pack_tile(const float* rows, std::size_t stride, std::size_t n_rows, std::size_t inner,
               float* HWY_RESTRICT packed) {
  std::size_t r = 0;
#if HWY_TARGET != HWY_SCALAR
  // Squares of 4 x 4: one value at a time takes a tenth of the time of a product of 1024 columns.
  constexpr hn::Full128<float> kFour;
  for (; r + 4 <= n_rows; r += 4) {
    const float* const row = rows + r * stride;
    std::size_t k = 0;
    for (; k + 4 <= inner; k += 4) {
      const auto row0 = hn::LoadU(kFour, row + k);
      const auto row1 = hn::LoadU(kFour, row + stride + k);
      const auto row2 = hn::LoadU(kFour, row + 2 * stride + k);
      const auto row3 = hn::LoadU(kFour, row + 3 * stride + k);
      const auto lower01 = hn::InterleaveLower(kFour, row0, row1);
      const auto lower23 = hn::InterleaveLower(kFour, row2, row3);
      const auto upper01 = hn::InterleaveUpper(kFour, row0, row1);
      const auto upper23 = hn::InterleaveUpper(kFour, row2, row3);
      float* const place = packed + in_tile(k, r, n_rows);
      hn::StoreU(hn::ConcatLowerLower(kFour, lower23, lower01), kFour, place);
      hn::StoreU(hn::ConcatUpperUpper(kFour, lower23, lower01), kFour, place + n_rows);
      hn::StoreU(hn::ConcatLowerLower(kFour, upper23, upper01), kFour, place + 2 * n_rows);
      hn::StoreU(hn::ConcatUpperUpper(kFour, upper23, upper01), kFour, place + 3 * n_rows);
    }
    for (; k < inner; ++k) {
      for (std::size_t i = 0; i < 4; ++i) packed[in_tile(k, r + i, n_rows)] = row[i * stride + k];
    }
  }
#endif
  for (; r < n_rows; ++r) {
    for (std::size_t k = 0; k < inner; ++k) packed[in_tile(k, r, n_rows)] = rows[r * stride + k];
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

/// Applies `function` to `values`, which are whole vectors.
template <typename Function>
void apply_to(std::span<float> values, const Function& function) {
  for (std::size_t i = 0; i < values.size(); i += kLanes) {
    hn::Store(function(hn::Load(kTag, &values[i])), kTag, &values[i]);
  }
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

/// Sums of some rows and columns (at most kRowBlock and kStripCols) until they are complete, in
/// panels of [rows, kPanel]: close together they stay in the cache, which rows of a wide matrix do
/// not, a power of two from each other.
struct Sums {
  Range rows;
  Range cols;
  alignas(64) float bias[kStripCols] = {};  ///< what every row's sums begin with
  float* values = nullptr;
};

Sums begin(const Product& product, Range rows, Range cols) {
  thread_local Buffer<float> values(kRowBlock * kStripCols);
  Sums sums{.rows = rows, .cols = cols, .values = values.data()};
  std::copy_n(product.bias + cols.first, cols.count, sums.bias);
  return sums;
}

/// One row of a panel into its place.
void put(const float* row, bool adds, float* out) {
  for (std::size_t i = 0; i < kPanel; i += kLanes) {
    const Vector values = hn::Load(kTag, row + i);
    hn::StoreU(adds ? hn::Add(hn::LoadU(kTag, out + i), values) : values, kTag, out + i);
  }
}

/// Activates the complete sums of a tile and puts them into their places, `width` columns of them;
/// that of the first row and column is `out`.
void finish(const Product& product, std::span<float> tile, std::size_t width, float* out) {
  if (product.activation) activate(*product.activation, tile);
  for (std::size_t i = 0; i < tile.size(); i += kPanel, out += product.cols()) {
    if (width == kPanel) {
      put(&tile[i], product.adds, out);
      continue;
    }
    for (std::size_t col = 0; col < width; ++col) {
      out[col] = product.adds ? out[col] + tile[i + col] : tile[i + col];
    }
  }
}

/// Adds to the sums the products over the inner values of `piece`, and finishes them with the last
/// piece. `in` and `weights` are packed, those of the first row and of the columns' first panel;
/// what follows the latter is wanted next.
void add_piece(const Product& product, const Sums& sums, Range piece, const float* in,
               const float* weights) {
  const bool is_first = piece.first == 0;
  const bool is_last = piece.first + piece.count == product.inner();
  const std::size_t inner = piece.count;
  const std::size_t n_rows = sums.rows.count;
  const std::size_t n_tiles = round_up(n_rows, kTileRows) / kTileRows;
  const std::size_t step = std::clamp<std::size_t>(2 * kPanel / n_tiles, 1, kLine);
  for (std::size_t col = 0; col < sums.cols.count; col += kPanel) {
    const std::size_t width = std::min(kPanel, sums.cols.count - col);
    const float* const panel = weights + col * inner;
    float* const panel_sums = sums.values + col * n_rows;
    float* const out = product.out + sums.rows.first * product.cols() + sums.cols.first + col;
    for (std::size_t r = 0; r < n_rows; r += kTileRows) {
      const std::size_t rows = std::min(kTileRows, n_rows - r);
      float* const tile = panel_sums + r * kPanel;
      const TileSums tile_sums{.from = is_first ? sums.bias + col : tile,
                               .from_stride = is_first ? 0 : kPanel,
                               .to = tile,
                               .to_stride = kPanel};
      const Ahead next_panel{panel + inner * kPanel + r / kTileRows * (inner / 2) * step, step};
      tile_of(rows)(in + r * inner, panel, inner, tile_sums, next_panel);
      if (is_last) finish(product, {tile, rows * kPanel}, width, out + r * product.cols());
    }
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
  const Sums sums = begin(product, {0, product.n_rows}, cols);
  for (std::size_t first = 0; first < product.inner(); first += kInner) {
    const std::size_t inner = std::min(kInner, product.inner() - first);
    pack_piece(*product.weight, cols, first, inner, weights.data());
    pack_rows(product, sums.rows, first, inner, in.data());
    add_piece(product, sums, {first, inner}, in.data(), weights.data());
  }
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
  for (std::size_t col = cols.first; col < cols.first + cols.count;) {
    const Range strip = strip_cols(product, col / kStripCols);
    const std::size_t end = std::min(strip.first + strip.count, cols.first + cols.count);
    const Sums sums = begin(product, rows, {col, end - col});
    for (std::size_t first = 0; first < product.inner(); first += kInner) {
      const std::size_t inner = std::min(kInner, product.inner() - first);
      const float* const piece =
          packed + strip.first * product.inner() + first * round_up(strip.count, kPanel);
      add_piece(product, sums, {first, inner}, in.data() + rows.count * first,
                piece + (col - strip.first) * inner);
    }
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
