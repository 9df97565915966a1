#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "engine/buffer.h"
#include "engine/rows.h"
#include "model/weights.h"

namespace tacet::engine {

/// Writes row number `row` of a product's input to `out`; called from several threads.
using RowSource = std::function<void(std::size_t row, std::span<float> out)>;

/// Reads some units' rows of a product, [their rows, cols], on one of several threads; they are
/// gone when it returns.
using UnitsReader = std::function<void(Range units, const Rows& product)>;

/// Products of rows with Conv1D weights, float32.
///
/// The bits of an output row depend on that input row, the weights and the machine's vector unit
/// alone: not on the number of rows, their order, or the number of threads.
/// Not thread safe: one object per running forward pass.
class Matmul {
 public:
  /// `threads` >= 1 is the most threads that a product may use.
  explicit Matmul(int threads) : threads_(threads) {}

  /// out[i] = activation(in[i] * linear.weight + linear.bias) for the first `rows` rows of `in`.
  /// `in` is [rows, linear.weight.rows], `out` [rows, linear.weight.cols]; both must not overlap.
  /// Weights are read once, where they lie, at any alignment; F16 and BF16 are converted on the
  /// way. For many rows they are packed into a buffer that the next product uses again.
  void multiply(const Rows& in, std::size_t rows, const model::Linear& linear, Rows& out,
                std::optional<Activation> activation = std::nullopt);

  /// out[i] += in[i] * linear.weight + linear.bias; everything else as for `multiply`.
  void multiply_and_add(const Rows& in, std::size_t rows, const model::Linear& linear, Rows& out);

  /// The products in(i) * linear.weight + linear.bias of many rows, some whole units at a time, so
  /// that whoever reads them finds them near the core. The rows of `units` follow one another; a
  /// unit has one row at least.
  void multiply_units(const RowSource& in, std::span<const Range> units,
                      const model::Linear& linear, const UnitsReader& read);

  /// sum[i] += second(activation(first(in(i)))) for `rows` rows, with the bits of the two products
  /// one after the other. Many rows go through both some at a time, so that what lies between stays
  /// near the core. `in` may read row i of `sum`, which changes after that.
  void feed_forward(const RowSource& in, std::size_t rows, const model::Linear& first,
                    Activation activation, const model::Linear& second, Rows& sum);

 private:
  void compute(const Rows& in, std::size_t rows, const model::Linear& linear, Rows& out,
               std::optional<Activation> activation, bool adds);

  int threads_;
  Buffer<float> packed_;
  Buffer<float> packed_second_;
  Buffer<float> between_;
};

/// Bytes that a Matmul takes for packed weights of [inner, cols].
std::uint64_t packed_bytes(std::int64_t inner, std::int64_t cols);

/// What computes the products here, for `--version`: "Highway 1.0.3 (AVX2)".
std::string matmul_backend();

}  // namespace tacet::engine
