#pragma once

#include <cstddef>
#include <span>

namespace tacet::model {

/// Keeps the process alive when a mapped file shrinks. Reading a mapped page that its file no
/// longer has raises SIGBUS; while a guard exists for the range, such a page and those behind it
/// are replaced by zeros and the guard remembers it, so that the reader comes to an end and can
/// then be told. SIGBUS outside guarded ranges goes to the handler that was there before the first
/// guard was made. Any number of threads may read the range and make guards of their own.
class FaultGuard {
 public:
  /// Most guards at one time.
  static constexpr std::size_t kCapacity = 256;

  /// Guards `range`, which must be mapped from a page boundary on and stay mapped as long as the
  /// guard lives. Throws ModelError when kCapacity guards exist.
  explicit FaultGuard(std::span<const std::byte> range);
  FaultGuard(const FaultGuard&) = delete;
  FaultGuard& operator=(const FaultGuard&) = delete;
  ~FaultGuard();

  /// Whether bytes of the range were lost, and zeros read in their place. Thread safe.
  bool hit() const noexcept;

 private:
  std::size_t slot_;
};

}  // namespace tacet::model
