#pragma once

#include <string>

#include "cli/progress_line.h"

namespace tacet::cli {

/// What all the steps together get done, for the rate: 384 "heads".
struct Work {
  double amount = 0;
  std::string unit;  ///< empty: no rate is shown
};

/// One line such as "  ████████▌          43 %  37 heads/s  12 s left": `done` of `total` steps
/// after `elapsed` seconds.
std::string progress_line(int done, int total, double elapsed, const Work& work = {});

/// A progress line for whatever takes longer than two seconds. Used from one thread.
class Progress {
 public:
  using Clock = ProgressLine::Clock;
  using Writer = ProgressLine::Writer;

  /// Shows nothing unless `enabled`. The others are for tests: the time, and where to write.
  explicit Progress(bool enabled, Work work = {}, Clock clock = ProgressLine::steady_seconds,
                    Writer writer = ProgressLine::write_to_stderr);

  /// Tells that `done` of `total` steps are done.
  void update(int done, int total);
  /// Wipes the line away, as the end of its life does.
  void clear() { line_.clear(); }

 private:
  Work work_;
  ProgressLine line_;
};

}  // namespace tacet::cli
