/// @file
/// Files that are whole or not there.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace tacet::store {

/// Where a writer puts its bytes. Buffered; every failure is an OutputError that names the file.
/// For one thread at a time.
class FileSink {
 public:
  /// Writes to the open `descriptor`, which stays the caller's; `file` stands in messages.
  FileSink(int descriptor, std::filesystem::path file);
  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;

  /// Appends `bytes`. Throws OutputError.
  void write(std::string_view bytes);
  /// Hands to the system what is still in the buffer. Throws OutputError.
  void flush();

 private:
  void write_through(std::string_view bytes);

  int descriptor_;
  std::filesystem::path file_;
  std::string buffer_;
};

/// What fills a file.
using FileWriter = std::function<void(FileSink&)>;

/// Writes `file` through a temporary file in the same folder, synchronised and renamed into place,
/// so that a reader sees the old content or the new, never a part; an existing file's permissions
/// are kept and links are followed. On any error, the writer's own included, the temporary file is
/// removed and `file` is as it was.
/// A limit on the size of files (RLIMIT_FSIZE) is an error like another, not a signal.
/// What is not a regular file (a terminal, a pipe, /dev/null, /dev/stdout) is written directly.
/// Throws OutputError naming file and cause, and whatever `writer` throws. Safe to call from
/// several threads; the last to finish wins.
void write_file_atomically(const std::filesystem::path& file, const FileWriter& writer);

/// The same for content that is there already.
void write_file_atomically(const std::filesystem::path& file, std::string_view content);

}  // namespace tacet::store
