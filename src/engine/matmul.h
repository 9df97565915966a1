#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/rows.h"
#include "model/weights.h"

namespace tacet::engine {

/// The one place that knows oneDNN: products of rows with Conv1D weights, float32.
///
/// The bits of an output row depend on that input row, the weights and the machine's instruction
/// set alone: not on the number of rows, their order, or the number of threads. Each product is cut
/// into fixed tiles (rows x columns of the weights); a tile is one single-threaded oneDNN call.
///
/// Not thread safe: one object per running forward pass.
class Matmul {
 public:
  /// `threads` >= 1 is the most threads that a product may use.
  explicit Matmul(int threads);
  ~Matmul();
  Matmul(const Matmul&) = delete;
  Matmul& operator=(const Matmul&) = delete;

  /// out[i] = activation(in[i] * linear.weight + linear.bias) for the first `rows` rows of `in`.
  /// `in` is [rows, linear.weight.rows], `out` [rows, linear.weight.cols]; both must not overlap.
  /// F32 weights are read where they lie, at any alignment; F16 and BF16 are converted into a
  /// buffer that the next product uses again. Throws Error when oneDNN refuses.
  void multiply(const Rows& in, std::size_t rows, const model::Linear& linear, Rows& out,
                std::optional<Activation> activation = std::nullopt);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// oneDNN's version and the instruction set that it picked on this machine, for `--version`.
std::string matmul_backend();

}  // namespace tacet::engine
