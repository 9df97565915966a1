#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>

namespace tacet::hub {

/// An open file of the cache, closed at its end. Not for several threads at once.
class FileDescriptor {
 public:
  /// Takes over `descriptor`; `path` is for messages.
  FileDescriptor(int descriptor, std::filesystem::path path);
  ~FileDescriptor();
  FileDescriptor(FileDescriptor&& other) noexcept;
  FileDescriptor& operator=(FileDescriptor&& other) = delete;

  int get() const { return descriptor_; }
  const std::filesystem::path& path() const { return path_; }

  /// Bytes that the file has. Throws ModelError when the system does not say.
  std::uint64_t size() const;
  /// Hands all bytes, from the first on, to `sink`. Throws ModelError.
  void read_all(const std::function<void(std::string_view bytes)>& sink) const;

  // Each throws OutputError, which says what to do about a full disk.

  /// Writes all of `bytes` at the end.
  void append(std::string_view bytes) const;
  void truncate(std::uint64_t size) const;
  /// Returns when the bytes are on the disk.
  void sync() const;

 private:
  int descriptor_;
  std::filesystem::path path_;
};

/// The file open for reading; nullopt when there is none or it is no regular file (links are
/// followed). Throws ModelError when it is there and cannot be opened. Thread safe.
std::optional<FileDescriptor> open_regular_file(const std::filesystem::path& path);

/// The file open for reading and appending, made where there is none, never through a link, with
/// the permissions that the umask leaves. Throws OutputError. Thread safe.
FileDescriptor open_for_append(const std::filesystem::path& path);

/// Makes the folder with those above it. Throws OutputError.
void make_folders(const std::filesystem::path& folder);

/// Writes `text` into `path`, whole or not at all, by way of `temporary` on the same file system.
/// Throws OutputError.
void replace_file(const std::filesystem::path& path, std::string_view text,
                  const std::filesystem::path& temporary);

/// Moves `from` over `to` and has the folder's change on the disk. Throws OutputError.
void rename_file(const std::filesystem::path& from, const std::filesystem::path& to);

/// A name beside `path` that no other process uses: `<path>.<8 hexadecimal digits><suffix>`.
std::filesystem::path unique_name(const std::filesystem::path& path, std::string_view suffix);

}  // namespace tacet::hub
