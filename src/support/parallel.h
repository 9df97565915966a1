#pragma once

#include <cstddef>
#include <functional>

namespace tacet::support {

/// The number of threads that `requested` means: itself, or for 0 the cores that this process may
/// use. Throws UsageError for a negative number.
int resolve_threads(int requested);

/// Runs `body(i)` for i in 0 ... n-1 on at most `threads` threads, the caller's among them; which
/// thread runs which i is not fixed, so a body must write only what belongs to its i. A thread that
/// the system has not woken yet is not waited for: on a busy machine the caller does the work. The
/// first exception that a body throws is thrown again here, after all threads have stopped.
void parallel_for(std::size_t n, int threads, const std::function<void(std::size_t)>& body);

/// Runs `foreground` on the calling thread and `background` beside it, or first where `threads`
/// is 1. Returns when both have ended; throws what `foreground` has thrown, else what `background`
/// has.
void run_beside(int threads, const std::function<void()>& background,
                const std::function<void()>& foreground);

}  // namespace tacet::support
