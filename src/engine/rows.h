#pragma once

#include <algorithm>
#include <cstddef>
#include <new>
#include <span>
#include <vector>

namespace tacet::engine {

/// Products are computed in tiles of a multiple of this many rows. oneDNN's kernels treat the last
/// one to three rows of a product differently (another order of the sum), so a row's bits would
/// depend on how many rows stand beside it; with whole tiles of twelve (six rows a tile on AVX2,
/// four on SSE4.1) they do not. tests/engine holds the property for every kernel of the machine.
inline constexpr std::size_t kRowTile = 12;

/// `rows` rounded up to whole tiles.
constexpr std::size_t padded_rows(std::size_t rows) {
  return (rows + kRowTile - 1) / kRowTile * kRowTile;
}

/// Allocates at cache-line boundaries.
template <typename T>
struct AlignedAllocator {
  using value_type = T;
  static constexpr std::align_val_t kAlignment{64};
  AlignedAllocator() = default;
  template <typename U>
  explicit AlignedAllocator(const AlignedAllocator<U>& /*other*/) {}
  T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), kAlignment)); }
  void deallocate(T* p, std::size_t /*n*/) { ::operator delete(p, kAlignment); }
  bool operator==(const AlignedAllocator&) const = default;
};

/// A float32 matrix whose storage holds whole row tiles; rows past `rows()` are padding whose
/// values mean nothing (they start at zero).
class Rows {
 public:
  Rows(std::size_t max_rows, std::size_t cols)
      : cols_(cols), data_(padded_rows(max_rows) * cols, 0.0F) {}

  std::size_t cols() const { return cols_; }
  float* data() { return data_.data(); }
  const float* data() const { return data_.data(); }
  std::span<float> row(std::size_t i) { return {data_.data() + i * cols_, cols_}; }
  std::span<const float> row(std::size_t i) const { return {data_.data() + i * cols_, cols_}; }
  /// Rows [first, first + n) as one span.
  std::span<const float> rows(std::size_t first, std::size_t n) const {
    return {data_.data() + first * cols_, n * cols_};
  }
  /// Copies row `from` of `source` to row `to`.
  void copy_row(const Rows& source, std::size_t from, std::size_t to) {
    std::ranges::copy(source.row(from), row(to).begin());
  }

 private:
  std::size_t cols_;
  std::vector<float, AlignedAllocator<float>> data_;
};

}  // namespace tacet::engine
