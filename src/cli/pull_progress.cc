#include "cli/pull_progress.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/bars.h"
#include "cli/output.h"
#include "cli/width.h"

namespace tacet::cli {
namespace {

constexpr double kSecondsForARate = 0.5;
constexpr std::size_t kFileBarCells = 20;

std::string file_line(const std::string& path, const FileProgress& file, double now) {
  const double share =
      file.total > 0 ? static_cast<double>(file.done) / static_cast<double>(file.total) : 1;
  std::string line = fmt::format("{}  {} {:3.0f} %", path, unit_bar(share, kFileBarCells),
                                 std::floor(share * 100));
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
    : notes_(notes), width_(width), line_(bars, std::move(clock), std::move(writer)) {}

void PullProgress::show(const hub::PullEvent& event) {
  using Kind = hub::PullEvent::Kind;
  switch (event.kind) {
    case Kind::note:
      line_.clear();
      if (notes_) print_message("note", event.text);
      return;
    case Kind::file:
      files_[event.path] = {event.done, event.total, event.done, line_.elapsed()};
      break;
    case Kind::progress: {
      FileProgress& file = files_[event.path];
      // Less than before: the server made it start again.
      if (event.done < file.first) file = {event.done, event.total, event.done, line_.elapsed()};
      file.done = event.done;
      break;
    }
    case Kind::finished:
      files_.erase(event.path);
      if (files_.empty()) line_.clear();
      return;
  }
  line_.draw([this](double now) { return pull_progress_line(files_, now, width_ - 1); });
}

std::size_t PullProgress::terminal_width() {
  constexpr std::size_t kUsual = 80;
  winsize size{};
  const bool is_known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
  return is_known ? size.ws_col : kUsual;
}

}  // namespace tacet::cli
