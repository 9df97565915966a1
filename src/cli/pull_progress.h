#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "hub/pull.h"

namespace tacet::cli {

/// How much of one file has arrived, and since when.
struct FileProgress {
  std::uint64_t done = 0;
  std::uint64_t total = 0;
  std::uint64_t first = 0;  ///< what was there when it began
  double start = 0;         ///< seconds, by the clock of `now`
};

/// One line such as "  model.safetensors  ███▌       43 %  37.2 MB/s  12 s left" for each of the
/// files, joined by " | " and cut to `width` columns.
std::string pull_progress_line(const std::map<std::string, FileProgress>& files, double now,
                               std::size_t width);

/// Shows on standard error what a pull tells: a progress line once it has taken two seconds, and
/// notes of waits. Not for several threads at once.
class PullProgress {
 public:
  using Clock = std::function<double()>;                      ///< seconds since some moment
  using Writer = std::function<void(std::string_view text)>;  ///< takes text and escapes

  /// `bars` and `notes`: what to show. The others are for tests.
  PullProgress(bool bars, bool notes, std::size_t width = terminal_width(),
               Clock clock = steady_seconds, Writer writer = write_to_stderr);
  ~PullProgress();
  PullProgress(const PullProgress&) = delete;
  PullProgress& operator=(const PullProgress&) = delete;

  void show(const hub::PullEvent& event);
  /// Wipes the line away.
  void clear();

 private:
  static std::size_t terminal_width();
  static double steady_seconds();
  static void write_to_stderr(std::string_view text);
  void draw();

  bool bars_;
  bool notes_;
  std::size_t width_;
  Clock clock_;
  Writer writer_;
  double start_;
  std::map<std::string, FileProgress> files_;
  double last_draw_ = 0;
  bool visible_ = false;
};

}  // namespace tacet::cli
