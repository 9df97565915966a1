/// @file
/// One writer at a time.
#pragma once

#include <filesystem>
#include <optional>

namespace tacet::store {

/// The right to write a file, held against other processes and other objects of this one for as
/// long as the object lives. The system takes it back when the process ends, however it ends.
/// Readers need no such right. Safe to use from several threads.
class WriteLock {
 public:
  /// Takes the right to write `file`, which is made, empty, when it is not there; nullopt when
  /// somebody else has it. Throws OutputError when the file cannot be opened for writing.
  static std::optional<WriteLock> take(const std::filesystem::path& file);

  WriteLock(WriteLock&& other) noexcept;
  WriteLock& operator=(WriteLock&&) = delete;
  /// A file that was made for this lock and is still empty is removed.
  ~WriteLock();

  /// The file's absolute path, links followed.
  const std::filesystem::path& file() const { return file_; }

 private:
  WriteLock(std::filesystem::path file, int descriptor, bool is_new);

  std::filesystem::path file_;
  int descriptor_;
  bool is_new_;
};

}  // namespace tacet::store
