#include "support/parallel.h"

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tacet/error.h"

namespace tacet::support {
namespace parallel_test {

TEST(ResolveThreads, ZeroMeansTheCores) {
  EXPECT_GE(resolve_threads(0), 1);
  EXPECT_LE(resolve_threads(0), static_cast<int>(std::thread::hardware_concurrency()));
  EXPECT_EQ(resolve_threads(1), 1);
  EXPECT_EQ(resolve_threads(64), 64);
  EXPECT_THROW(resolve_threads(-1), UsageError);
}

TEST(ParallelFor, RunsEveryIndexOnce) {
  for (const int threads : {1, 2, 3, 7}) {
    for (const std::size_t n : {0U, 1U, 2U, 5U, 100U}) {
      std::vector<int> counts(n);
      parallel_for(n, threads, [&](std::size_t i) { ++counts[i]; });
      EXPECT_EQ(counts, std::vector<int>(n, 1)) << n << " on " << threads;
    }
  }
}

TEST(ParallelFor, UsesAtMostTheThreadsItMay) {
  for (const int threads : {1, 2}) {
    std::atomic<int> inside = 0;
    std::atomic<int> most = 0;
    parallel_for(8, threads, [&](std::size_t) {
      const int now = ++inside;
      int seen = most.load();
      while (now > seen && !most.compare_exchange_weak(seen, now)) {
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      --inside;
    });
    EXPECT_LE(most.load(), threads);
  }
}

TEST(ParallelFor, TheFirstExceptionComesOutAfterAllHaveStopped) {
  for (const int threads : {1, 3}) {
    std::atomic<int> inside = 0;
    EXPECT_THROW(parallel_for(50, threads,
                              [&](std::size_t i) {
                                ++inside;
                                if (i == 3) {
                                  --inside;
                                  throw std::out_of_range("3");
                                }
                                --inside;
                              }),
                 std::out_of_range);
    EXPECT_EQ(inside.load(), 0);
    // And the next one runs as if nothing had been.
    std::atomic<int> sum = 0;
    parallel_for(5, threads, [&](std::size_t i) { sum += static_cast<int>(i); });
    EXPECT_EQ(sum.load(), 10);
  }
}

TEST(RunBeside, RunsBothAndTheForegroundHere) {
  for (const int threads : {1, 2, 4}) {
    bool background = false;
    std::thread::id foreground;
    run_beside(
        threads, [&] { background = true; }, [&] { foreground = std::this_thread::get_id(); });
    EXPECT_TRUE(background) << threads;
    EXPECT_EQ(foreground, std::this_thread::get_id()) << threads;
  }
}

TEST(RunBeside, ThrowsWhatEitherHasThrownAfterBothHaveEnded) {
  const auto fail = [] { throw std::out_of_range("here"); };
  const auto fail_too = [] { throw std::length_error("there"); };
  for (const int threads : {1, 2}) {
    std::atomic<bool> inside = false;
    const auto work = [&] {
      inside = true;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      inside = false;
    };
    EXPECT_THROW(run_beside(threads, work, fail), std::out_of_range) << threads;
    EXPECT_FALSE(inside) << threads;
    EXPECT_THROW(run_beside(threads, fail_too, work), std::length_error) << threads;
    EXPECT_FALSE(inside) << threads;
  }
  EXPECT_THROW(run_beside(2, fail_too, fail), std::out_of_range);
}

}  // namespace parallel_test
}  // namespace tacet::support
