#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "cli/progress_line.h"
#include "hub/pull.h"

namespace tacet::cli {

/// How much of one file has arrived, and since when.
struct FileProgress {
  std::uint64_t done = 0;
  std::uint64_t total = 0;
  std::uint64_t first = 0;  ///< what was there when it began
  double start = 0;         ///< seconds, since when `now` is counted
};

/// One line such as "  model.safetensors  ███▌       43 %  37.2 MB/s  12 s left" for each of the
/// files, joined by " | " and cut to `width` columns.
std::string pull_progress_line(const std::map<std::string, FileProgress>& files, double now,
                               std::size_t width);

/// Shows on standard error what a pull tells: a progress line once it has taken two seconds, and
/// notes of waits. Not for several threads at once.
class PullProgress {
 public:
  using Clock = ProgressLine::Clock;
  using Writer = ProgressLine::Writer;

  /// `bars` and `notes`: what to show. The others are for tests.
  PullProgress(bool bars, bool notes, std::size_t width = terminal_width(),
               Clock clock = ProgressLine::steady_seconds,
               Writer writer = ProgressLine::write_to_stderr);

  void show(const hub::PullEvent& event);

 private:
  static std::size_t terminal_width();

  bool notes_;
  std::size_t width_;
  ProgressLine line_;
  std::map<std::string, FileProgress> files_;
};

}  // namespace tacet::cli
