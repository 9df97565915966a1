#include "cli/signals.h"

#include <atomic>
#include <csignal>
#include <string_view>

#include <unistd.h>

namespace tacet::cli {
namespace {

// Atomics without locks: what a signal handler may touch.
std::atomic<bool> progress_line_visible = false;
std::atomic<int> deferrals = 0;
std::atomic<int> pending_signal = 0;
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

[[noreturn]] void end_by(int signal_number) {
  if (progress_line_visible) {
    constexpr std::string_view kWipe = "\r\x1b[K";
    // Nothing can be done about a failure here.
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, kWipe.data(), kWipe.size());
  }
  _exit(128 + signal_number);
}

extern "C" void handle_signal(int signal_number) {
  if (deferrals > 0) {
    pending_signal = signal_number;
  } else {
    end_by(signal_number);
  }
}

}  // namespace

void install_signal_handlers() {
  struct sigaction action = {};
  sigemptyset(&action.sa_mask);
  action.sa_handler = handle_signal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  action.sa_handler = SIG_DFL;
  sigaction(SIGPIPE, &action, nullptr);
  // A limit on the size of files (ulimit -f) is a write that fails, with a message.
  action.sa_handler = SIG_IGN;
  sigaction(SIGXFSZ, &action, nullptr);
}

void set_progress_line_visible(bool visible) {
  progress_line_visible = visible;
}

SignalDeferral::SignalDeferral() {
  ++deferrals;
}

SignalDeferral::~SignalDeferral() {
  if (--deferrals == 0 && pending_signal != 0) end_by(pending_signal);
}

}  // namespace tacet::cli
