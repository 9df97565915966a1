#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/buffer.h"

namespace tacet::engine {

/// A part of something that is counted from 0: [first, first + count).
struct Range {
  std::size_t first = 0;
  std::size_t count = 0;

  std::size_t end() const { return first + count; }
};

/// A float32 matrix, row-major, not initialised: in memory of its own, or in someone else's.
class Rows {
 public:
  Rows(std::size_t max_rows, std::size_t cols)
      : cols_(cols), own_(max_rows * cols), data_(own_.data()) {}
  /// Rows in `memory`, which must outlive them.
  Rows(float* memory, std::size_t cols) : cols_(cols), data_(memory) {}

  std::size_t cols() const { return cols_; }
  float* data() { return data_; }
  const float* data() const { return data_; }
  std::span<float> row(std::size_t i) { return {data_ + i * cols_, cols_}; }
  std::span<const float> row(std::size_t i) const { return {data_ + i * cols_, cols_}; }
  /// Rows [first, first + n) as one span.
  std::span<const float> rows(std::size_t first, std::size_t n) const {
    return {data_ + first * cols_, n * cols_};
  }
  /// Copies row `from` of `source` to row `to`.
  void copy_row(const Rows& source, std::size_t from, std::size_t to) {
    std::ranges::copy(source.row(from), row(to).begin());
  }

 private:
  std::size_t cols_;
  Buffer<float> own_;
  float* data_;
};

/// The rows of one run in a matrix that holds several runs' rows: row t of the view is the row of
/// position t, wherever it lies. Valid as long as the matrix and the list.
class RowsView {
 public:
  RowsView() = default;
  RowsView(const Rows& rows, std::span<const std::uint32_t> row_of)
      : rows_(&rows), row_of_(row_of) {}

  bool empty() const { return row_of_.empty(); }
  /// Number of positions.
  std::size_t size() const { return row_of_.size(); }
  /// [d_model]
  std::span<const float> row(std::size_t position) const { return rows_->row(row_of_[position]); }

 private:
  const Rows* rows_ = nullptr;
  std::span<const std::uint32_t> row_of_;
};

}  // namespace tacet::engine
