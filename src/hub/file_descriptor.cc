#include "hub/file_descriptor.h"

#include <cerrno>
#include <random>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tacet/error.h"

namespace tacet::hub {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kReadBytes = 1 << 20;

std::string reason(int error) {
  return std::generic_category().message(error);
}

[[noreturn]] void throw_output(const fs::path& path, int error) {
  const bool is_full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  throw OutputError(fmt::format(
      "{}: cannot be written ({}); {}", path.string(), reason(error),
      is_full ? "make room, or set HF_HUB_CACHE to a folder on a larger disk, and pull again: what "
                "arrived is kept"
              : "HF_HUB_CACHE chooses another folder for the cache"));
}

[[noreturn]] void throw_input(const fs::path& path, int error) {
  throw ModelError(fmt::format("{}: cannot be read ({}); check its permissions and the disk",
                               path.string(), reason(error)));
}

}  // namespace

FileDescriptor::FileDescriptor(int descriptor, fs::path path)
    : descriptor_(descriptor), path_(std::move(path)) {}

FileDescriptor::~FileDescriptor() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

FileDescriptor::FileDescriptor(FileDescriptor&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}

std::uint64_t FileDescriptor::size() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) throw_input(path_, errno);
  return static_cast<std::uint64_t>(status.st_size);
}

void FileDescriptor::read_all(const std::function<void(std::string_view)>& sink) const {
  std::vector<char> buffer(kReadBytes);
  off_t offset = 0;
  while (true) {
    const ssize_t count = ::pread(descriptor_, buffer.data(), buffer.size(), offset);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_input(path_, errno);
    if (count == 0) return;
    sink(std::string_view(buffer.data(), static_cast<std::size_t>(count)));
    offset += count;
  }
}

void FileDescriptor::append(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_output(path_, errno);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void FileDescriptor::truncate(std::uint64_t size) const {
  if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) throw_output(path_, errno);
}

void FileDescriptor::sync() const {
  // Some file systems cannot; that is no reason to throw the bytes away.
  if (::fsync(descriptor_) != 0 && errno != EINVAL && errno != ENOTSUP) throw_output(path_, errno);
}

std::optional<FileDescriptor> open_regular_file(const fs::path& path) {
  // Without O_NONBLOCK, opening a pipe would wait for a writer.
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK), path);
  if (file.get() < 0) {
    if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == ENXIO)
      return std::nullopt;
    throw_input(path, errno);
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) throw_input(path, errno);
  if (!S_ISREG(status.st_mode)) return std::nullopt;
  return file;
}

FileDescriptor open_for_append(const fs::path& path) {
  constexpr mode_t kMode = 0666;
  FileDescriptor file(
      ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
             kMode),
      path);
  if (file.get() < 0) throw_output(path, errno);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) throw_output(path, errno);
  if (!S_ISREG(status.st_mode)) throw_output(path, EEXIST);
  return file;
}

void make_folders(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw_output(folder, error.value());
}

void replace_file(const fs::path& path, std::string_view text, const fs::path& temporary) {
  try {
    const FileDescriptor file = open_for_append(temporary);
    file.append(text);
    file.sync();
    rename_file(temporary, path);
  } catch (const OutputError&) {
    ::unlink(temporary.c_str());
    throw;
  }
}

void rename_file(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) throw_output(to, errno);
  const FileDescriptor folder(::open(to.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC),
                              to.parent_path());
  // Best effort: the name is there, and a power cut that takes it away takes no wrong bytes in.
  if (folder.get() >= 0) ::fsync(folder.get());
}

fs::path unique_name(const fs::path& path, std::string_view suffix) {
  return fmt::format("{}.{:08x}{}", path.string(), std::random_device()(), suffix);
}

}  // namespace tacet::hub
