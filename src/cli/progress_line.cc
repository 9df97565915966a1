#include "cli/progress_line.h"

#include <chrono>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/signals.h"

namespace tacet::cli {
namespace {

constexpr double kQuietSeconds = 2.0;
constexpr double kSecondsBetweenDraws = 0.1;

}  // namespace

ProgressLine::ProgressLine(bool enabled, Clock clock, Writer writer)
    : enabled_(enabled), clock_(std::move(clock)), writer_(std::move(writer)), start_(clock_()) {}

ProgressLine::~ProgressLine() {
  clear();
}

void ProgressLine::draw(const std::function<std::string(double elapsed)>& text) {
  if (!enabled_) return;
  const double now = elapsed();
  if (now < kQuietSeconds) return;
  if (visible_ && now - last_draw_ < kSecondsBetweenDraws) return;
  last_draw_ = now;
  visible_ = true;
  set_progress_line_visible(true);
  writer_("\r" + text(now) + "\x1b[K");
}

void ProgressLine::clear() {
  if (!visible_) return;
  writer_("\r\x1b[K");
  visible_ = false;
  set_progress_line_visible(false);
}

double ProgressLine::steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void ProgressLine::write_to_stderr(std::string_view text) {
  // A progress line that cannot be written is no reason to stop.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
}

std::string format_left(double seconds) {
  const auto whole = static_cast<long>(std::ceil(seconds));
  if (whole < 60) return fmt::format("{} s left", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s left", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min left", whole / 3600, whole / 60 % 60);
}

}  // namespace tacet::cli
