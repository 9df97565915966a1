#include "hub/pull_control.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>
#include <thread>

#include <fmt/format.h>

namespace tacet::hub {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kBytesThatCount = 1 << 20;
constexpr auto kLongestSleep = std::chrono::milliseconds(100);
// Files with the same bytes share a lock, and threads of one pull wait for each other a moment.
constexpr auto kBeforeNotes = std::chrono::seconds(1);
constexpr auto kBetweenNotes = std::chrono::seconds(10);

}  // namespace

void PullControl::tell(const PullEvent& event) {
  check_stopped();
  if (!watch_) return;
  const std::lock_guard lock(mutex_);
  watch_(event);
}

void PullControl::note(const std::string& text) {
  tell({PullEvent::Kind::note, "", 0, 0, text});
}

BlobWatch PullControl::watch_of(const std::string& path, std::uint64_t total, Backoff& backoff) {
  BlobWatch watch;
  watch.start = [this, path, total](std::uint64_t present) {
    tell({PullEvent::Kind::file, path, present, total, ""});
  };
  watch.progress = [this, path, total, &backoff,
                    last = std::optional<std::uint64_t>()](std::uint64_t present) mutable {
    const std::uint64_t counted = present / kBytesThatCount;
    if (last && counted != *last) backoff.reset();
    last = counted;
    tell({PullEvent::Kind::progress, path, present, total, ""});
  };
  watch.note = [this](const std::string& text) { note(text); };
  watch.waiting = [this, path, next = Clock::now() + kBeforeNotes]() mutable {
    check_stopped();
    if (Clock::now() < next) return;
    next = Clock::now() + kBetweenNotes;
    note(fmt::format("another download of {} is under way; waiting for it", path));
  };
  return watch;
}

void PullControl::wait_after(const RequestFailure& failure, double seconds) {
  // What to do about it follows the semicolon: it is done here.
  const std::string_view what = failure.what();
  note(fmt::format("{}; trying again in {:.0f} s", what.substr(0, what.find(';')), seconds));
  const Clock::time_point end = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                                   std::chrono::duration<double>(seconds));
  while (Clock::now() < end) {
    check_stopped();
    std::this_thread::sleep_for(std::min<Clock::duration>(end - Clock::now(), kLongestSleep));
  }
}

void PullControl::check_stopped() const {
  if (stop_) throw Stopped();
}

}  // namespace tacet::hub
