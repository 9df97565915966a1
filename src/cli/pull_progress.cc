#include "cli/pull_progress.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/bars.h"
#include "cli/output.h"
#include "cli/signals.h"
#include "cli/width.h"

namespace tacet::cli {
namespace {

constexpr double kQuietSeconds = 2.0;
constexpr double kSecondsBetweenDraws = 0.1;
constexpr double kSecondsForARate = 0.5;
constexpr std::size_t kBarCells = 20;

std::string format_left(double seconds) {
  const auto whole = static_cast<long>(std::ceil(seconds));
  if (whole < 60) return fmt::format("{} s left", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s left", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min left", whole / 3600, whole / 60 % 60);
}

std::string file_line(const std::string& path, const FileProgress& file, double now) {
  const double share =
      file.total > 0 ? static_cast<double>(file.done) / static_cast<double>(file.total) : 1;
  std::string line =
      fmt::format("{}  {} {:3.0f} %", path, unit_bar(share, kBarCells), std::floor(share * 100));
  const double elapsed = now - file.start;
  // Of what came over the network: an earlier run's bytes say nothing about the rate.
  const auto arrived = static_cast<double>(file.done - std::min(file.first, file.done));
  if (elapsed < kSecondsForARate || arrived <= 0) return line;
  const double rate = arrived / elapsed;
  line += fmt::format("  {:.1f} MB/s", rate / 1e6);
  return line + "  " + format_left(static_cast<double>(file.total - file.done) / rate);
}

}  // namespace

std::string pull_progress_line(const std::map<std::string, FileProgress>& files, double now,
                               std::size_t width) {
  std::string line;
  for (const auto& [path, file] : files) {
    line += (line.empty() ? "  " : " | ") + file_line(path, file, now);
  }
  return truncate(line, width);
}

PullProgress::PullProgress(bool bars, bool notes, std::size_t width, Clock clock, Writer writer)
    : bars_(bars),
      notes_(notes),
      width_(width),
      clock_(std::move(clock)),
      writer_(std::move(writer)),
      start_(clock_()) {}

PullProgress::~PullProgress() {
  clear();
}

void PullProgress::show(const hub::PullEvent& event) {
  using Kind = hub::PullEvent::Kind;
  switch (event.kind) {
    case Kind::note:
      clear();
      if (notes_) print_message("note", event.text);
      return;
    case Kind::file:
      files_[event.path] = {event.done, event.total, event.done, clock_()};
      break;
    case Kind::progress: {
      FileProgress& file = files_[event.path];
      // Less than before: the server made it start again.
      if (event.done < file.first) file = {event.done, event.total, event.done, clock_()};
      file.done = event.done;
      break;
    }
    case Kind::finished:
      files_.erase(event.path);
      if (files_.empty()) clear();
      return;
  }
  draw();
}

void PullProgress::draw() {
  if (!bars_) return;
  const double now = clock_();
  if (now - start_ < kQuietSeconds) return;
  if (visible_ && now - last_draw_ < kSecondsBetweenDraws) return;
  last_draw_ = now;
  visible_ = true;
  set_progress_line_visible(true);
  writer_("\r" + pull_progress_line(files_, now, width_ - 1) + "\x1b[K");
}

void PullProgress::clear() {
  if (!visible_) return;
  writer_("\r\x1b[K");
  visible_ = false;
  set_progress_line_visible(false);
}

std::size_t PullProgress::terminal_width() {
  constexpr std::size_t kUsual = 80;
  winsize size{};
  const bool is_known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
  return is_known ? size.ws_col : kUsual;
}

double PullProgress::steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void PullProgress::write_to_stderr(std::string_view text) {
  // A progress line that cannot be written is no reason to stop.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace tacet::cli
