#include "cli/progress.h"

#include <utility>

#include <fmt/format.h>

#include "cli/bars.h"

namespace tacet::cli {
namespace {

constexpr std::size_t kBarCells = 30;

}  // namespace

std::string progress_line(int done, int total, double elapsed, const Work& work) {
  const double share = total > 0 ? static_cast<double>(done) / total : 0;
  std::string line = fmt::format("  {} {:3.0f} %", unit_bar(share, kBarCells), share * 100);
  if (done > 0 && !work.unit.empty() && elapsed > 0) {
    const double rate = work.amount * share / elapsed;
    line += fmt::format("  {:.{}f} {}/s", rate, rate < 10 ? 1 : 0, work.unit);
  }
  if (done > 0) line += "  " + format_left(elapsed * (1 - share) / share);
  return line;
}

Progress::Progress(bool enabled, Work work, Clock clock, Writer writer)
    : work_(std::move(work)), line_(enabled, std::move(clock), std::move(writer)) {}

void Progress::update(int done, int total) {
  line_.draw([&](double elapsed) { return progress_line(done, total, elapsed, work_); });
}

}  // namespace tacet::cli
