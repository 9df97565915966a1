#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "hub/file_descriptor.h"

namespace tacet::hub {

/// The lock that the Hugging Face tools take while they write a blob: flock on a file that stays
/// afterwards. Ends with the process, however that ends.
class FileLock {
 public:
  /// Waits until no other process, and no other thread, holds the lock of `path`; `waiting` is
  /// called every tenth of a second meanwhile and may throw. Throws OutputError when the file
  /// cannot be made.
  FileLock(const std::filesystem::path& path, const std::function<void()>& waiting);

  /// False where the file system knows no locks: others may be writing.
  bool is_held() const { return is_held_; }

 private:
  FileDescriptor file_;
  bool is_held_ = false;
};

}  // namespace tacet::hub
