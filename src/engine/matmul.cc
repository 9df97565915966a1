#include "engine/matmul.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <hwy/highway.h>

#include "engine/matmul_kernel.h"
#include "support/parallel.h"

namespace tacet::engine {
namespace {

using support::parallel_for;

/// Products below this many multiplications are not worth waking a second thread.
constexpr std::size_t kParallelWork = 1U << 23U;
/// With more rows than these, weights are packed as a whole: each row is then read once a product,
/// not once a strip.
constexpr std::size_t kFewRows = kRowBlock;
/// Parts that every thread should find, so that none waits long for the others.
constexpr std::size_t kPartsPerThread = 2;

constexpr std::size_t parts(std::size_t n, std::size_t step) {
  return (n + step - 1) / step;
}

/// Rows of a part, whole tiles: such that there are `fewest` parts, where rows suffice, and every
/// thread finds as many as the others.
std::size_t part_rows(std::size_t rows, std::size_t fewest, int threads) {
  const auto team = static_cast<std::size_t>(threads);
  const std::size_t n_parts = parts(fewest, team) * team;
  return parts(parts(rows, n_parts), kRowStep) * kRowStep;
}

/// Columns of a part, so that `n_row_parts` times as many parts as that makes are enough.
std::size_t part_cols(std::size_t cols, std::size_t most, std::size_t n_row_parts, int threads) {
  const std::size_t wanted = kPartsPerThread * static_cast<std::size_t>(threads);
  std::size_t width = most;
  while (threads > 1 && width > kColStep && n_row_parts * parts(cols, width) < wanted) {
    width = parts(width / 2, kColStep) * kColStep;
  }
  return width;
}

std::vector<float> bias_of(const model::Linear& linear) {
  std::vector<float> bias(static_cast<std::size_t>(linear.weight.cols));
  model::copy_to_float(linear.bias, 0, bias);
  return bias;
}

void pack_all(const Product& product, Buffer<float>& packed, int threads) {
  packed.reserve(packed_size(product));
  parallel_for(parts(product.cols(), kStripCols), threads,
               [&](std::size_t strip) { pack(product, strip, packed.data()); });
}

}  // namespace

void Matmul::multiply(const Rows& in, std::size_t rows, const model::Linear& linear, Rows& out,
                      std::optional<Activation> activation) {
  compute(in, rows, linear, out, activation, /*adds=*/false);
}

void Matmul::multiply_and_add(const Rows& in, std::size_t rows, const model::Linear& linear,
                              Rows& out) {
  compute(in, rows, linear, out, std::nullopt, /*adds=*/true);
}

void Matmul::compute(const Rows& in, std::size_t rows, const model::Linear& linear, Rows& out,
                     std::optional<Activation> activation, bool adds) {
  if (rows == 0) return;
  const std::vector<float> bias = bias_of(linear);
  const Product product{.in = in.data(),
                        .n_rows = rows,
                        .weight = &linear.weight,
                        .bias = bias.data(),
                        .out = out.data(),
                        .activation = activation,
                        .adds = adds};
  const std::size_t cols = product.cols();
  const int team = rows * product.inner() * cols < kParallelWork ? 1 : threads_;

  if (rows <= kFewRows) {
    const std::size_t width = part_cols(cols, kStripCols, 1, team);
    parallel_for(parts(cols, width), team, [&](std::size_t i) {
      multiply_strip(product, {i * width, std::min(width, cols - i * width)});
    });
    return;
  }
  pack_all(product, packed_, team);
  const std::size_t height = part_rows(rows, parts(rows, kRowBlock), team);
  const std::size_t n_row_parts = parts(rows, height);
  const std::size_t width = part_cols(cols, parts(cols, kColStep) * kColStep, n_row_parts, team);
  const std::size_t n_col_parts = parts(cols, width);
  parallel_for(n_row_parts * n_col_parts, team, [&](std::size_t i) {
    const std::size_t row = i / n_col_parts * height;
    const std::size_t col = i % n_col_parts * width;
    multiply_packed(product, {row, std::min(height, rows - row)},
                    {col, std::min(width, cols - col)}, packed_.data());
  });
}

void Matmul::feed_forward(const RowSource& in, std::size_t rows, const model::Linear& first,
                          Activation activation, const model::Linear& second, Rows& sum) {
  const std::vector<float> first_bias = bias_of(first);
  const std::vector<float> second_bias = bias_of(second);
  const Product up{.weight = &first.weight, .bias = first_bias.data(), .activation = activation};
  const Product down{.weight = &second.weight, .bias = second_bias.data(), .adds = true};
  const std::size_t width = up.inner() + up.cols();
  if (rows <= kFewRows) {
    between_.reserve(rows * width);
    Rows normed(between_.data(), up.inner());
    Rows hidden(between_.data() + rows * up.inner(), up.cols());
    for (std::size_t row = 0; row < rows; ++row) in(row, normed.row(row));
    multiply(normed, rows, first, hidden, activation);
    multiply_and_add(hidden, rows, second, sum);
    return;
  }
  const int team = rows * up.inner() * up.cols() < kParallelWork ? 1 : threads_;
  pack_all(up, packed_, team);
  pack_all(down, packed_second_, team);
  const std::size_t fewest = kPartsPerThread * static_cast<std::size_t>(team);
  const std::size_t height = part_rows(rows, std::max(parts(rows, kRowBlock), fewest), team);
  parallel_for(parts(rows, height), team, [&](std::size_t i) {
    thread_local Buffer<float> between;
    const std::size_t begin = i * height;
    const std::size_t count = std::min(height, rows - begin);
    between.reserve(kRowBlock * width);
    Rows normed(between.data(), up.inner());
    for (std::size_t row = 0; row < count; ++row) in(begin + row, normed.row(row));
    Product part_up = up;
    part_up.in = normed.data();
    part_up.out = normed.data() + count * up.inner();
    part_up.n_rows = count;
    multiply_packed(part_up, {0, count}, {0, up.cols()}, packed_.data());
    Product part_down = down;
    part_down.in = part_up.out;
    part_down.out = sum.row(begin).data();
    part_down.n_rows = count;
    multiply_packed(part_down, {0, count}, {0, down.cols()}, packed_second_.data());
  });
}

std::uint64_t packed_bytes(std::int64_t inner, std::int64_t cols) {
  const auto padded = parts(static_cast<std::size_t>(cols), kColStep) * kColStep;
  return sizeof(float) * static_cast<std::size_t>(inner) * padded;
}

std::string matmul_backend() {
  return fmt::format("Highway {}.{}.{} ({})", HWY_MAJOR, HWY_MINOR, HWY_PATCH, vector_unit());
}

}  // namespace tacet::engine
