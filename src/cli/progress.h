#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace tacet::cli {

/// What all the steps together get done, for the rate: 384 "heads".
struct Work {
  double amount = 0;
  std::string unit;  ///< empty: no rate is shown
};

/// One line such as "  ████████▌          43 %  37 heads/s  12 s left": `done` of `total` steps
/// after `elapsed` seconds.
std::string progress_line(int done, int total, double elapsed, const Work& work = {});

/// A progress line on standard error for whatever takes longer than two seconds; it wipes itself
/// away at the end. Used from one thread.
class Progress {
 public:
  using Clock = std::function<double()>;                      ///< seconds since some moment
  using Writer = std::function<void(std::string_view text)>;  ///< takes text and escapes

  /// Shows nothing unless `enabled`. The others are for tests: the time, and where to write.
  explicit Progress(bool enabled, Work work = {}, Clock clock = steady_seconds,
                    Writer writer = write_to_stderr);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Tells that `done` of `total` steps are done; draws at most ten times a second.
  void update(int done, int total);
  /// Wipes the line away.
  void clear();

 private:
  static double steady_seconds();
  static void write_to_stderr(std::string_view text);

  bool enabled_;
  Work work_;
  Clock clock_;
  Writer writer_;
  double start_;
  double last_draw_ = 0;
  bool visible_ = false;
};

}  // namespace tacet::cli
