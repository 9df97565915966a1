#include "cli/progress.h"

#include <chrono>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/bars.h"
#include "cli/signals.h"

namespace tacet::cli {
namespace {

constexpr double kQuietSeconds = 2.0;
constexpr double kSecondsBetweenDraws = 0.1;
constexpr std::size_t kBarCells = 30;

std::string format_duration(double seconds) {
  const auto whole = static_cast<long>(std::ceil(seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  return fmt::format("{} min {:02} s", whole / 60, whole % 60);
}

}  // namespace

std::string progress_line(int done, int total, double elapsed, const Work& work) {
  const double share = total > 0 ? static_cast<double>(done) / total : 0;
  std::string line = fmt::format("  {} {:3.0f} %", unit_bar(share, kBarCells), share * 100);
  if (done > 0 && !work.unit.empty() && elapsed > 0) {
    const double rate = work.amount * share / elapsed;
    line += fmt::format("  {:.{}f} {}/s", rate, rate < 10 ? 1 : 0, work.unit);
  }
  if (done > 0) {
    line += fmt::format("  {} left", format_duration(elapsed * (1 - share) / share));
  }
  return line;
}

Progress::Progress(bool enabled, Work work, Clock clock, Writer writer)
    : enabled_(enabled),
      work_(std::move(work)),
      clock_(std::move(clock)),
      writer_(std::move(writer)),
      start_(clock_()) {}

Progress::~Progress() {
  clear();
}

void Progress::update(int done, int total) {
  if (!enabled_) return;
  const double elapsed = clock_() - start_;
  if (elapsed < kQuietSeconds) return;
  if (visible_ && elapsed - last_draw_ < kSecondsBetweenDraws) return;
  last_draw_ = elapsed;
  visible_ = true;
  set_progress_line_visible(true);
  writer_("\r" + progress_line(done, total, elapsed, work_) + "\x1b[K");
}

void Progress::clear() {
  if (!visible_) return;
  writer_("\r\x1b[K");
  visible_ = false;
  set_progress_line_visible(false);
}

double Progress::steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void Progress::write_to_stderr(std::string_view text) {
  // A progress line that cannot be written is no reason to stop.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace tacet::cli
