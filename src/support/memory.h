#pragma once

#include <cstdint>

namespace tacet::support {

/// Bytes of memory that new programs could use now without swapping: what the system says is
/// available, or what this process's control group may still take where that is less.
std::uint64_t available_memory();

}  // namespace tacet::support
