#include "engine/matmul_kernel.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>
#include <vector>

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
  float* values = nullptr;                  ///< [cols, rounded up to panels, times rows]
};

Sums begin(const Product& product, Range rows, Range cols, float* values) {
  Sums sums{.rows = rows, .cols = cols, .values = values};
  std::copy_n(product.bias + cols.first, cols.count, sums.bias);
  return sums;
}

Sums begin(const Product& product, Range rows, Range cols) {
  thread_local Buffer<float> values(kRowBlock * kStripCols);
  return begin(product, rows, cols, values.data());
}

/// One row of a panel into its place.
void put(const float* row, bool adds, float* out) {
  for (std::size_t i = 0; i < kPanel; i += kLanes) {
    const Vector values = hn::Load(kTag, row + i);
    hn::StoreU(adds ? hn::Add(hn::LoadU(kTag, out + i), values) : values, kTag, out + i);
  }
}

/// A tile whose sums are complete: [rows, kPanel].
struct Tile {
  std::size_t first_row;  ///< counted from the first of the sums
  std::size_t first_col;
  std::size_t width;  ///< columns that the product has; the rest of the panel means nothing
  std::span<float> values;

  std::size_t rows() const { return values.size() / kPanel; }
};

/// Activates the tile and puts it into its place.
void finish(const Product& product, const Sums& sums, const Tile& tile) {
  if (product.activation) activate(*product.activation, tile.values);
  float* out = product.out + (sums.rows.first + tile.first_row) * product.cols() + sums.cols.first +
               tile.first_col;
  for (std::size_t i = 0; i < tile.values.size(); i += kPanel, out += product.cols()) {
    const float* const row = &tile.values[i];
    if (tile.width == kPanel) {
      put(row, product.adds, out);
      continue;
    }
    for (std::size_t col = 0; col < tile.width; ++col) {
      out[col] = product.adds ? out[col] + row[col] : row[col];
    }
  }
}

/// Adds to the sums the products over the inner values of `piece`, and hands complete tiles to
/// `done` with the last piece. `in` and `weights` are packed, those of the first row and of the
/// columns' first panel; what follows the latter is wanted next.
template <typename Done>
void add_piece(const Product& product, const Sums& sums, Range piece, const float* in,
               const float* weights, const Done& done) {
  const bool is_first = piece.first == 0;
  const bool is_last = piece.end() == product.inner();
  const std::size_t inner = piece.count;
  const std::size_t n_rows = sums.rows.count;
  const std::size_t n_tiles = round_up(n_rows, kTileRows) / kTileRows;
  const std::size_t step = std::clamp<std::size_t>(2 * kPanel / n_tiles, 1, kLine);
  for (std::size_t col = 0; col < sums.cols.count; col += kPanel) {
    const std::size_t width = std::min(kPanel, sums.cols.count - col);
    const float* const panel = weights + col * inner;
    float* const panel_sums = sums.values + col * n_rows;
    for (std::size_t r = 0; r < n_rows; r += kTileRows) {
      const std::size_t rows = std::min(kTileRows, n_rows - r);
      float* const tile = panel_sums + r * kPanel;
      const TileSums tile_sums{.from = is_first ? sums.bias + col : tile,
                               .from_stride = is_first ? 0 : kPanel,
                               .to = tile,
                               .to_stride = kPanel};
      const Ahead next_panel{panel + inner * kPanel + r / kTileRows * (inner / 2) * step, step};
      tile_of(rows)(in + r * inner, panel, inner, tile_sums, next_panel);
      if (is_last) done(Tile{r, col, width, {tile, rows * kPanel}});
    }
  }
}

void add_piece(const Product& product, const Sums& sums, Range piece, const float* in,
               const float* weights) {
  add_piece(product, sums, piece, in, weights,
            [&](const Tile& tile) { finish(product, sums, tile); });
}

Range strip_cols(const Product& product, std::size_t strip) {
  const std::size_t first = strip * kStripCols;
  return {first, std::min(kStripCols, product.cols() - first)};
}

Range piece_of(const Product& product, std::size_t first) {
  return {first, std::min(kInner, product.inner() - first)};
}

/// Where the weights of some strip's columns and piece begin in what `Pack` made.
std::size_t packed_at(const Product& product, PackedOrder order, Range strip, Range piece) {
  return order == PackedOrder::strips
             ? strip.first * product.inner() + piece.first * round_up(strip.count, kPanel)
             : piece.first * round_up(product.cols(), kPanel) + strip.first * piece.count;
}

/// All inner values of all rows, piece by piece; in memory of the thread's own.
const float* pack_all_rows(const Product& product, Range rows) {
  thread_local Buffer<float> packed;
  packed.reserve(kRowBlock * product.inner());
  for (std::size_t first = 0; first < product.inner(); first += kInner) {
    pack_rows(product, rows, first, piece_of(product, first).count,
              packed.data() + rows.count * first);
  }
  return packed.data();
}

}  // namespace

void MultiplyStrip(const Product& product, Range cols) {
  thread_local Buffer<float> weights(kInner * kStripCols);
  thread_local Buffer<float> in(kInner * kRowBlock);
  const Sums sums = begin(product, {0, product.n_rows}, cols);
  for (std::size_t first = 0; first < product.inner(); first += kInner) {
    const Range piece = piece_of(product, first);
    pack_piece(*product.weight, cols, first, piece.count, weights.data());
    pack_rows(product, sums.rows, first, piece.count, in.data());
    add_piece(product, sums, piece, in.data(), weights.data());
  }
}

std::size_t PackedSize(const Product& product) {
  return product.inner() * round_up(product.cols(), kPanel);
}

void Pack(const Product& product, PackedOrder order, std::size_t strip, float* packed) {
  const Range cols = strip_cols(product, strip);
  for (std::size_t first = 0; first < product.inner(); first += kInner) {
    const Range piece = piece_of(product, first);
    pack_piece(*product.weight, cols, first, piece.count,
               packed + packed_at(product, order, cols, piece));
  }
}

void MultiplyPacked(const Product& product, Range rows, const float* packed) {
  const float* const in = pack_all_rows(product, rows);
  for (std::size_t col = 0; col < product.cols(); col += kStripCols) {
    const Range strip = strip_cols(product, col / kStripCols);
    const Sums sums = begin(product, rows, strip);
    for (std::size_t first = 0; first < product.inner(); first += kInner) {
      const Range piece = piece_of(product, first);
      add_piece(product, sums, piece, in + rows.count * first,
                packed + packed_at(product, PackedOrder::strips, strip, piece));
    }
  }
}

void MultiplyTwice(const Product& up, const Product& down, const float* packed_up,
                   const float* packed_down) {
  static_assert(kInner == kStripCols, "a strip of the first product is a piece of the second");
  thread_local Buffer<float> between(kRowBlock * kStripCols);
  thread_local Buffer<float> values;
  const Range rows{0, up.n_rows};
  values.reserve(kRowBlock * round_up(down.cols(), kPanel));
  std::vector<Sums> sums;
  for (std::size_t col = 0; col < down.cols(); col += kStripCols) {
    sums.push_back(
        begin(down, rows, strip_cols(down, col / kStripCols), values.data() + col * rows.count));
  }
  const float* const in = pack_all_rows(up, rows);
  for (std::size_t strip = 0; strip * kStripCols < up.cols(); ++strip) {
    const Range cols = strip_cols(up, strip);
    const Sums hidden = begin(up, rows, cols);
    // Complete tiles are the second product's input, packed.
    const auto pack_activated = [&](const Tile& tile) {
      if (up.activation) activate(*up.activation, tile.values);
      pack_tile(tile.values.data(), kPanel, tile.rows(), tile.width,
                between.data() + tile.first_row * cols.count + tile.first_col * tile.rows());
    };
    for (std::size_t first = 0; first < up.inner(); first += kInner) {
      const Range piece = piece_of(up, first);
      add_piece(up, hidden, piece, in + rows.count * first,
                packed_up + packed_at(up, PackedOrder::strips, cols, piece), pack_activated);
    }
    for (const Sums& part : sums) {
      add_piece(down, part, cols, between.data(),
                packed_down + packed_at(down, PackedOrder::pieces, part.cols, cols));
    }
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
HWY_EXPORT(MultiplyTwice);
HWY_EXPORT(VectorUnit);

void multiply_strip(const Product& product, Range cols) {
  HWY_DYNAMIC_DISPATCH(MultiplyStrip)(product, cols);
}

std::size_t packed_size(const Product& product) {
  return HWY_DYNAMIC_DISPATCH(PackedSize)(product);
}

void pack(const Product& product, PackedOrder order, std::size_t strip, float* packed) {
  HWY_DYNAMIC_DISPATCH(Pack)(product, order, strip, packed);
}

void multiply_packed(const Product& product, Range rows, const float* packed) {
  HWY_DYNAMIC_DISPATCH(MultiplyPacked)(product, rows, packed);
}

void multiply_twice(const Product& up, const Product& down, const float* packed_up,
                    const float* packed_down) {
  HWY_DYNAMIC_DISPATCH(MultiplyTwice)(up, down, packed_up, packed_down);
}

std::string vector_unit() {
  return HWY_DYNAMIC_DISPATCH(VectorUnit)();
}

}  // namespace tacet::engine
#endif
