#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace tacet::cli {

/// The line on standard error that shows how far something is: drawn over and over once two seconds
/// have passed, at most ten times a second, and wiped away at the end. Used from one thread.
class ProgressLine {
 public:
  using Clock = std::function<double()>;                      ///< seconds since some moment
  using Writer = std::function<void(std::string_view text)>;  ///< takes text and escapes

  /// Shows nothing unless `enabled`. The others are for tests: the time, and where to write.
  explicit ProgressLine(bool enabled, Clock clock = steady_seconds,
                        Writer writer = write_to_stderr);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// Seconds since this was made.
  double elapsed() const { return clock_() - start_; }
  /// Draws what `text(seconds since this was made)` returns, if it is time to.
  void draw(const std::function<std::string(double elapsed)>& text);
  /// Wipes the line away.
  void clear();

  static double steady_seconds();
  static void write_to_stderr(std::string_view text);

 private:
  bool enabled_;
  Clock clock_;
  Writer writer_;
  double start_;
  double last_draw_ = 0;
  bool visible_ = false;
};

/// "12 s left", "3 min 05 s left" or "1 h 20 min left".
std::string format_left(double seconds);

}  // namespace tacet::cli
