#pragma once

#include <cstddef>
#include <span>

namespace tacet::support {

/// Reads a byte of every page of mapped memory on at most `threads` threads, so that whoever reads
/// it next finds it mapped. Two threads that come upon the same new pages wait for each other in
/// the system; here each has stretches of its own, which takes less than half the time. Little
/// memory is left alone. Thread safe.
void touch_pages(std::span<const std::span<const std::byte>> memory, int threads);

/// Gives the pages of a mapped file back on all cores, before it is unmapped: munmap() does it on
/// one, and for a large file that is the longest part of a short program's end. The memory stays
/// mapped; a byte that is read again comes from the file. `memory` starts at a page boundary.
void drop_pages(std::span<const std::byte> memory);

}  // namespace tacet::support
