#pragma once

namespace tacet::cli {

/// Makes SIGINT and SIGTERM end the process with 130 and 143, and a closed pipe end it quietly as
/// it ends other tools, whatever the parent process had set; a limit on the size of files becomes
/// an error of the write. Call once, before any thread starts.
void install_signal_handlers();

/// Tells the handlers whether a progress line stands on standard error and is to be wiped away
/// before the process ends.
void set_progress_line_visible(bool visible);

/// While one of these lives, SIGINT and SIGTERM wait: what is being written is finished first.
class SignalDeferral {
 public:
  SignalDeferral();
  /// Ends the process when a signal came in the meantime and no other deferral lives.
  ~SignalDeferral();
  SignalDeferral(const SignalDeferral&) = delete;
  SignalDeferral& operator=(const SignalDeferral&) = delete;
};

}  // namespace tacet::cli
