#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <type_traits>

#include <sys/mman.h>

namespace tacet::engine {

/// Memory for numbers, not initialised, at the boundaries of cache lines; large ones at those of
/// huge pages, which the system is asked for: touching fresh memory in small pages costs more than
/// a block's arithmetic.
template <typename T>
class Buffer {
 public:
  static_assert(std::is_trivially_destructible_v<T>);

  Buffer() = default;
  explicit Buffer(std::size_t size) { reserve(size); }

  /// Makes room for `size` values; what was there is lost when it has to grow.
  void reserve(std::size_t size) {
    if (size <= size_) return;
    data_.reset();
    size_ = 0;
    const std::size_t alignment = size * sizeof(T) >= kHugePage ? kHugePage : kCacheLine;
    const std::size_t bytes = (size * sizeof(T) + alignment - 1) / alignment * alignment;
    void* const memory = std::aligned_alloc(alignment, bytes);
    if (memory == nullptr) throw std::bad_alloc();
    // Advice: where it is refused, small pages serve as well, slower.
    if (alignment == kHugePage) (void)madvise(memory, bytes, MADV_HUGEPAGE);
    data_.reset(static_cast<T*>(memory));
    size_ = size;
  }

  std::size_t size() const { return size_; }
  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }

 private:
  static constexpr std::size_t kCacheLine = 64;
  static constexpr std::size_t kHugePage = std::size_t{2} << 20U;

  struct Free {
    void operator()(T* memory) const { std::free(memory); }  // NOLINT(cppcoreguidelines-no-malloc)
  };
  std::unique_ptr<T, Free> data_;
  std::size_t size_ = 0;
};

}  // namespace tacet::engine
