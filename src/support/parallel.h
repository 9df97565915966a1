#pragma once

#include <cstddef>
#include <functional>

namespace tacet::support {

/// The number of threads that `requested` means: itself, or for 0 what OpenMP would use (all cores,
/// or OMP_NUM_THREADS). Throws UsageError for a negative number.
int resolve_threads(int requested);

/// Runs `body(i)` for i in 0 ... n-1 on at most `threads` threads; which thread runs which i is not
/// fixed, so a body must write only what belongs to its i. Libraries called from a body run on that
/// body's thread alone, so that no two pools fight for the cores. The first exception that a body
/// throws is thrown again here, after all threads have stopped.
void parallel_for(std::size_t n, int threads, const std::function<void(std::size_t)>& body);

/// While it lives, OpenMP regions that libraries open from this thread have one thread.
class SingleThreadedLibraries {
 public:
  SingleThreadedLibraries();
  ~SingleThreadedLibraries();
  SingleThreadedLibraries(const SingleThreadedLibraries&) = delete;
  SingleThreadedLibraries& operator=(const SingleThreadedLibraries&) = delete;

 private:
  int before_;
};

}  // namespace tacet::support
