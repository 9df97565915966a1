#include "store/file_size_signal.h"

#include <ctime>

namespace tacet::store {

FileSizeSignalBlock::FileSizeSignalBlock() {
  sigset_t pending = {};
  ::sigpending(&pending);
  was_pending_ = ::sigismember(&pending, SIGXFSZ) == 1;
  ::sigemptyset(&signal_);
  ::sigaddset(&signal_, SIGXFSZ);
  ::pthread_sigmask(SIG_BLOCK, &signal_, &old_mask_);
}

FileSizeSignalBlock::~FileSizeSignalBlock() {
  // What our own writes raised must not strike when the signal is let through again.
  const timespec no_wait = {};
  while (!was_pending_ && ::sigtimedwait(&signal_, nullptr, &no_wait) == SIGXFSZ) {
  }
  ::pthread_sigmask(SIG_SETMASK, &old_mask_, nullptr);
}

}  // namespace tacet::store
