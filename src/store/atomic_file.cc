#include "store/atomic_file.h"

#include <array>
#include <cerrno>
#include <random>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/file_size_signal.h"
#include "store/write_error.h"

namespace tacet::store {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 16;

/// An open file, closed at the end of its scope.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }

  int value() const { return value_; }
  /// Closes now, because file systems may report a failed write only here.
  void close(const std::filesystem::path& file) {
    if (::close(std::exchange(value_, -1)) != 0 && errno != EINTR) fail_to_write(file, errno);
  }

 private:
  int value_;
};

/// A name in the file system that is removed unless it was renamed.
class TemporaryName {
 public:
  explicit TemporaryName(std::filesystem::path name) : name_(std::move(name)) {}
  TemporaryName(const TemporaryName&) = delete;
  TemporaryName& operator=(const TemporaryName&) = delete;
  ~TemporaryName() {
    if (!renamed_) ::unlink(name_.c_str());
  }

  void rename_to(const std::filesystem::path& target, const std::filesystem::path& file) {
    if (::rename(name_.c_str(), target.c_str()) != 0) fail_to_write(file, errno);
    renamed_ = true;
  }

 private:
  std::filesystem::path name_;
  bool renamed_ = false;
};

/// Whether the path stands for a descriptor that is open already. Behind such a path there may be
/// a regular file that somebody else is writing too: it must not be replaced.
bool names_a_descriptor(const std::filesystem::path& file) {
  constexpr std::array<std::string_view, 3> kNames = {"/dev/stdin", "/dev/stdout", "/dev/stderr"};
  const std::string path = file.lexically_normal().string();
  for (const std::string_view name : kNames) {
    if (path == name) return true;
  }
  return path.starts_with("/dev/fd/") || path.starts_with("/proc/");
}

/// The file that a chain of links leads to, there or not. Ends, because stat() has told loops.
std::filesystem::path follow_links(std::filesystem::path file) {
  std::error_code ignored;
  while (std::filesystem::is_symlink(file, ignored)) {
    file = file.parent_path() / std::filesystem::read_symlink(file, ignored);
  }
  return file;
}

Descriptor open_temporary(const std::filesystem::path& name) {
  return Descriptor(::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
}

/// A name beside `target` that nobody else has; short, since `target`'s may be as long as allowed.
std::filesystem::path temporary_name(const std::filesystem::path& target) {
  std::random_device random;
  return target.parent_path() / fmt::format(".tacet-{:08x}{:08x}.tmp", random(), random());
}

/// Makes the new name itself durable. Some file systems cannot synchronise folders, and the
/// content is safe by then, so that a failure here is not the caller's concern.
void synchronise_folder(const std::filesystem::path& target) {
  const auto folder = target.has_parent_path() ? target.parent_path() : ".";
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.value() >= 0) ::fsync(descriptor.value());
}

void write_beside(const std::filesystem::path& file, const struct stat* existing,
                  const FileWriter& writer) {
  const std::filesystem::path target = follow_links(file);
  const std::filesystem::path name = temporary_name(target);
  Descriptor descriptor = open_temporary(name);
  if (descriptor.value() < 0) fail_to_write(file, errno);
  TemporaryName temporary(name);
  if (existing != nullptr && ::fchmod(descriptor.value(), existing->st_mode & 07777U) != 0) {
    fail_to_write(file, errno);
  }
  FileSink sink(descriptor.value(), file);
  writer(sink);
  sink.flush();
  if (::fsync(descriptor.value()) != 0) fail_to_write(file, errno);
  descriptor.close(file);
  temporary.rename_to(target, file);
  synchronise_folder(target);
}

void write_directly(const std::filesystem::path& file, const FileWriter& writer) {
  Descriptor descriptor(::open(file.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (descriptor.value() < 0) fail_to_write(file, errno);
  FileSink sink(descriptor.value(), file);
  writer(sink);
  sink.flush();
  descriptor.close(file);
}

}  // namespace

FileSink::FileSink(int descriptor, std::filesystem::path file)
    : descriptor_(descriptor), file_(std::move(file)) {
  buffer_.reserve(kBufferBytes);
}

void FileSink::write(std::string_view bytes) {
  if (buffer_.size() + bytes.size() > kBufferBytes) flush();
  if (bytes.size() > kBufferBytes) {
    write_through(bytes);
  } else {
    buffer_.append(bytes);
  }
}

void FileSink::flush() {
  write_through(buffer_);
  buffer_.clear();
}

void FileSink::write_through(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      fail_to_write(file_, errno);
    }
  }
}

void write_file_atomically(const std::filesystem::path& file, const FileWriter& writer) {
  const FileSizeSignalBlock block;
  if (!file.has_filename()) fail_to_write(file, file.empty() ? ENOENT : EISDIR);
  struct stat status = {};
  const bool exists = ::stat(file.c_str(), &status) == 0;
  if (!exists && errno != ENOENT) fail_to_write(file, errno);
  if (exists && S_ISDIR(status.st_mode)) fail_to_write(file, EISDIR);
  if (names_a_descriptor(file) || (exists && !S_ISREG(status.st_mode))) {
    write_directly(file, writer);
    return;
  }
  // A rename would replace even a file that its owner has protected from writing.
  if (exists && ::faccessat(AT_FDCWD, file.c_str(), W_OK, AT_EACCESS) != 0)
    fail_to_write(file, errno);
  write_beside(file, exists ? &status : nullptr, writer);
}

void write_file_atomically(const std::filesystem::path& file, std::string_view content) {
  write_file_atomically(file, [content](FileSink& sink) { sink.write(content); });
}

}  // namespace tacet::store
