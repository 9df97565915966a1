#include "engine/matmul.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <span>
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

/// Rows of the smallest part: with fewer, reading the weights takes longer than multiplying.
constexpr std::size_t kSmallestPart = 2 * kRowStep;

/// Rows of the next part when `left` are left: large parts first, whole tiles. A thread that is
/// late, or finds one part more than the others, is waited for no longer than the last, small ones
/// take.
std::size_t next_part(std::size_t left, int threads) {
  if (threads == 1) return kRowBlock;
  const std::size_t share = left / (kPartsPerThread * static_cast<std::size_t>(threads));
  return std::clamp(parts(share, kRowStep) * kRowStep, kSmallestPart, kRowBlock);
}

std::vector<Range> row_parts(std::size_t rows, int threads) {
  std::vector<Range> list;
  for (std::size_t first = 0; first < rows; first = list.back().end()) {
    list.push_back({first, std::min(next_part(rows - first, threads), rows - first)});
  }
  return list;
}

/// Parts of whole units: as many as fit, one at least.
std::vector<Range> unit_parts(std::span<const Range> units, int threads) {
  std::vector<Range> list;
  const std::size_t rows_end = units.back().end();
  for (std::size_t first = 0; first < units.size(); first = list.back().end()) {
    const std::size_t begin = units[first].first;
    const std::size_t rows = next_part(rows_end - begin, threads);
    std::size_t end = first + 1;
    while (end < units.size() && units[end].end() - begin <= rows) ++end;
    list.push_back({first, end - first});
  }
  return list;
}

/// Calls `body` for every part, in order, on `threads` threads that take the next one as they end
/// one.
void for_parts(std::span<const Range> list, int threads, const std::function<void(Range)>& body) {
  std::atomic<std::size_t> next = 0;
  parallel_for(std::min(list.size(), static_cast<std::size_t>(threads)), threads,
               [&](std::size_t /*thread*/) {
                 for (std::size_t i = next++; i < list.size(); i = next++) body(list[i]);
               });
}

/// Columns of a part, so that there are enough parts, where columns suffice.
std::size_t part_cols(std::size_t cols, int threads) {
  const std::size_t wanted = kPartsPerThread * static_cast<std::size_t>(threads);
  std::size_t width = kStripCols;
  while (threads > 1 && width > kColStep && parts(cols, width) < wanted) {
    width = parts(width / 2, kColStep) * kColStep;
  }
  return width;
}

std::vector<float> bias_of(const model::Linear& linear) {
  std::vector<float> bias(static_cast<std::size_t>(linear.weight.cols));
  model::copy_to_float(linear.bias, 0, bias);
  return bias;
}

void pack_all(const Product& product, PackedOrder order, Buffer<float>& packed, int threads) {
  packed.reserve(packed_size(product));
  parallel_for(parts(product.cols(), kStripCols), threads,
               [&](std::size_t strip) { pack(product, order, strip, packed.data()); });
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
    const std::size_t width = part_cols(cols, team);
    parallel_for(parts(cols, width), team, [&](std::size_t i) {
      multiply_strip(product, {i * width, std::min(width, cols - i * width)});
    });
    return;
  }
  pack_all(product, PackedOrder::strips, packed_, team);
  for_parts(row_parts(rows, team), team,
            [&](Range part) { multiply_packed(product, part, packed_.data()); });
}

void Matmul::multiply_units(const RowSource& in, std::span<const Range> units,
                            const model::Linear& linear, const UnitsReader& read) {
  if (units.empty()) return;
  const std::vector<float> bias = bias_of(linear);
  const Product all{.weight = &linear.weight, .bias = bias.data()};
  const std::size_t rows = units.back().end() - units.front().first;
  const int team = rows * all.inner() * all.cols() < kParallelWork ? 1 : threads_;
  pack_all(all, PackedOrder::strips, packed_, team);
  for_parts(unit_parts(units, team), team, [&](Range part) {
    thread_local Buffer<float> near;
    const std::size_t first = units[part.first].first;
    const std::size_t count = units[part.end() - 1].end() - first;
    near.reserve(count * (all.inner() + all.cols()));
    Rows taken(near.data(), all.inner());
    Rows made(near.data() + count * all.inner(), all.cols());
    for (std::size_t row = 0; row < count; ++row) in(first + row, taken.row(row));
    Product product = all;
    product.in = taken.data();
    product.out = made.data();
    product.n_rows = count;
    for (std::size_t row = 0; row < count; row += kRowBlock) {
      multiply_packed(product, {row, std::min(kRowBlock, count - row)}, packed_.data());
    }
    read(part, made);
  });
}

void Matmul::feed_forward(const RowSource& in, std::size_t rows, const model::Linear& first,
                          Activation activation, const model::Linear& second, Rows& sum) {
  const std::vector<float> first_bias = bias_of(first);
  const std::vector<float> second_bias = bias_of(second);
  const Product up{.weight = &first.weight, .bias = first_bias.data(), .activation = activation};
  const Product down{.weight = &second.weight, .bias = second_bias.data(), .adds = true};
  if (rows <= kFewRows) {
    between_.reserve(rows * (up.inner() + up.cols()));
    Rows normed(between_.data(), up.inner());
    Rows hidden(between_.data() + rows * up.inner(), up.cols());
    for (std::size_t row = 0; row < rows; ++row) in(row, normed.row(row));
    multiply(normed, rows, first, hidden, activation);
    multiply_and_add(hidden, rows, second, sum);
    return;
  }
  const int team = rows * up.inner() * up.cols() < kParallelWork ? 1 : threads_;
  pack_all(up, PackedOrder::strips, packed_, team);
  pack_all(down, PackedOrder::pieces, packed_second_, team);
  for_parts(row_parts(rows, team), team, [&](Range part) {
    thread_local Buffer<float> taken;
    taken.reserve(kRowBlock * up.inner());
    Rows normed(taken.data(), up.inner());
    for (std::size_t row = 0; row < part.count; ++row) in(part.first + row, normed.row(row));
    Product part_up = up;
    part_up.in = normed.data();
    part_up.n_rows = part.count;
    Product part_down = down;
    part_down.out = sum.row(part.first).data();
    part_down.n_rows = part.count;
    multiply_twice(part_up, part_down, packed_.data(), packed_second_.data());
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
