#include "support/parallel.h"

#include <algorithm>

#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/partitioner.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

#include "tacet/error.h"

namespace tacet::support {

int resolve_threads(int requested) {
  if (requested < 0)
    throw UsageError("the number of threads must be 1 or more (0 means all cores)");
  return requested == 0 ? std::max(1, tbb::info::default_concurrency()) : requested;
}

void parallel_for(std::size_t n, int threads, const std::function<void(std::size_t)>& body) {
  // More threads than cores are never there to be had.
  const int most = std::min(threads, tbb::info::default_concurrency());
  const int team = static_cast<int>(std::min(n, static_cast<std::size_t>(std::max(most, 1))));
  if (team <= 1) {
    for (std::size_t i = 0; i < n; ++i) body(i);
    return;
  }
  tbb::task_arena arena(team);
  arena.execute([&] { tbb::parallel_for(std::size_t{0}, n, body, tbb::simple_partitioner()); });
}

void run_beside(int threads, const std::function<void()>& background,
                const std::function<void()>& foreground) {
  if (std::min(threads, tbb::info::default_concurrency()) <= 1) {
    background();
    foreground();
    return;
  }
  tbb::task_group group;
  group.run(background);
  try {
    foreground();
  } catch (...) {
    // What the background works on must outlive it.
    group.cancel();
    try {
      group.wait();
    } catch (...) {
    }
    throw;
  }
  group.wait();
}

}  // namespace tacet::support
