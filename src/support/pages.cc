#include "support/pages.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include <sys/mman.h>

#include "support/parallel.h"

namespace tacet::support {
namespace {

using Bytes = std::span<const std::byte>;

/// Memory whose entries stand in one page of the page table, on common machines: threads that map
/// pages of the same stretch wait for the same lock.
constexpr std::size_t kStretch = std::size_t{2} << 20U;
/// The smallest page there is; larger ones are read several times, which costs little.
constexpr std::size_t kPage = 4096;
/// Memory below this is mapped sooner than a second thread is woken.
constexpr std::size_t kWorthwhile = std::size_t{4} << 20U;
/// A thread's part of the pages to be given back: large, since there is little to wait for.
constexpr std::size_t kDropped = std::size_t{32} << 20U;

/// `memory` cut where addresses are multiples of `length`.
void cut_at_multiples(Bytes memory, std::size_t length, std::vector<Bytes>& parts) {
  while (!memory.empty()) {
    const std::size_t past = reinterpret_cast<std::uintptr_t>(memory.data()) % length;
    const std::size_t size = std::min(memory.size(), length - past);
    parts.push_back(memory.first(size));
    memory = memory.subspan(size);
  }
}

}  // namespace

void touch_pages(std::span<const Bytes> memory, int threads) {
  std::size_t size = 0;
  for (const Bytes bytes : memory) size += bytes.size();
  if (threads < 2 || size < kWorthwhile) return;
  std::vector<Bytes> stretches;
  for (const Bytes bytes : memory) cut_at_multiples(bytes, kStretch, stretches);
  parallel_for(stretches.size(), threads, [&](std::size_t i) {
    const Bytes stretch = stretches[i];
    for (std::size_t at = 0; at < stretch.size(); at += kPage) {
      // A read that no optimisation takes away.
      static_cast<void>(*static_cast<const volatile std::byte*>(&stretch[at]));
    }
  });
}

void drop_pages(Bytes memory) {
  if (memory.size() < kWorthwhile) return;
  std::vector<Bytes> parts;
  cut_at_multiples(memory, kDropped, parts);
  // Only a hint, so that its result does not matter.
  parallel_for(parts.size(), resolve_threads(0), [&](std::size_t i) {
    madvise(const_cast<std::byte*>(parts[i].data()), parts[i].size(), MADV_DONTNEED);
  });
}

}  // namespace tacet::support
