/// @file
/// A limit on the size of files as an error, not as a signal.
#pragma once

#include <csignal>

namespace tacet::store {

/// While it lives, a write beyond the limit on the size of files (RLIMIT_FSIZE) fails with EFBIG on
/// this thread, instead of ending the program with SIGXFSZ. May be nested. Lives and dies on one
/// thread.
class FileSizeSignalBlock {
 public:
  FileSizeSignalBlock();
  FileSizeSignalBlock(const FileSizeSignalBlock&) = delete;
  FileSizeSignalBlock& operator=(const FileSizeSignalBlock&) = delete;
  ~FileSizeSignalBlock();

 private:
  sigset_t signal_ = {};
  sigset_t old_mask_ = {};
  bool was_pending_ = false;
};

}  // namespace tacet::store
