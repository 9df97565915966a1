#include "support/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>

#include <omp.h>

#include "tacet/error.h"

namespace tacet::support {

int resolve_threads(int requested) {
  if (requested < 0)
    throw UsageError("the number of threads must be 1 or more (0 means all cores)");
  return requested == 0 ? std::max(1, omp_get_max_threads()) : requested;
}

SingleThreadedLibraries::SingleThreadedLibraries() : before_(omp_get_max_threads()) {
  omp_set_num_threads(1);
}

SingleThreadedLibraries::~SingleThreadedLibraries() {
  omp_set_num_threads(before_);
}

void parallel_for(std::size_t n, int threads, const std::function<void(std::size_t)>& body) {
  const int team = static_cast<int>(std::min<std::size_t>(n, static_cast<std::size_t>(threads)));
  if (team <= 1) {
    const SingleThreadedLibraries guard;
    for (std::size_t i = 0; i < n; ++i) body(i);
    return;
  }
  std::exception_ptr failure;
  std::mutex failure_mutex;
  std::atomic<bool> failed = false;
#pragma omp parallel num_threads(team)
  {
    const SingleThreadedLibraries guard;
#pragma omp for schedule(dynamic, 1)
    for (std::size_t i = 0; i < n; ++i) {
      if (failed.load(std::memory_order_relaxed)) continue;
      try {
        body(i);
      } catch (...) {
        const std::lock_guard lock(failure_mutex);
        if (!failure) failure = std::current_exception();
        failed.store(true, std::memory_order_relaxed);
      }
    }
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace tacet::support
