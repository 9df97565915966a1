#include "store/write_lock.h"

#include <cerrno>
#include <map>
#include <mutex>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/write_error.h"

namespace tacet::store {
namespace {

/// What tells one file from another, whatever its names.
using FileKey = std::pair<dev_t, ino_t>;

/// The descriptors through which this process locks files. They stay open as long as the files are
/// there: closing any descriptor of a file would drop the POSIX locks that SQLite holds on it in
/// this process.
class Descriptors {
 public:
  /// A descriptor of `file` that nobody in this process holds, from now on held; nullopt when it is
  /// held already. `is_new` tells whether the file was made now. Throws OutputError.
  std::optional<int> hold(const std::filesystem::path& file, bool& is_new) {
    const std::lock_guard guard(mutex_);
    close_removed();
    struct stat status = {};
    if (::stat(file.c_str(), &status) == 0) {
      const auto known = entries_.find({status.st_dev, status.st_ino});
      if (known != entries_.end()) {
        if (std::exchange(known->second.is_held, true)) return std::nullopt;
        return known->second.descriptor;
      }
    }
    const int descriptor = open(file, is_new);
    if (descriptor < 0 || ::fstat(descriptor, &status) != 0) fail_to_write(file, errno);
    entries_[{status.st_dev, status.st_ino}] = {descriptor, true};
    return descriptor;
  }

  void release(int descriptor) {
    const std::lock_guard guard(mutex_);
    for (auto& [key, entry] : entries_) {
      if (entry.descriptor == descriptor) entry.is_held = false;
    }
  }

 private:
  struct Entry {
    int descriptor = -1;
    bool is_held = false;
  };

  static int open(const std::filesystem::path& file, bool& is_new) {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
    is_new = descriptor < 0 && errno == ENOENT;
    if (!is_new) return descriptor;
    return ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  }

  void close_removed() {
    std::erase_if(entries_, [](const auto& item) {
      struct stat status = {};
      const Entry& entry = item.second;
      if (entry.is_held || ::fstat(entry.descriptor, &status) != 0 || status.st_nlink > 0) {
        return false;
      }
      ::close(entry.descriptor);
      return true;
    });
  }

  std::mutex mutex_;
  std::map<FileKey, Entry> entries_;
};

Descriptors& descriptors() {
  static Descriptors instance;
  return instance;
}

/// Whether `file` still leads to what `descriptor` has open.
bool is_same_file(const std::filesystem::path& file, int descriptor) {
  struct stat by_name = {};
  struct stat by_descriptor = {};
  return ::stat(file.c_str(), &by_name) == 0 && ::fstat(descriptor, &by_descriptor) == 0 &&
         by_name.st_dev == by_descriptor.st_dev && by_name.st_ino == by_descriptor.st_ino;
}

}  // namespace

std::optional<WriteLock> WriteLock::take(const std::filesystem::path& file) {
  for (;;) {
    bool is_new = false;
    const std::optional<int> descriptor = descriptors().hold(file, is_new);
    if (!descriptor) return std::nullopt;
    if (::flock(*descriptor, LOCK_EX | LOCK_NB) != 0) {
      const int error = errno;
      descriptors().release(*descriptor);
      if (error == EWOULDBLOCK) return std::nullopt;
      fail_to_write(file, error);
    }
    std::error_code ignored;
    WriteLock lock(std::filesystem::canonical(file, ignored), *descriptor, is_new);
    // Its last writer may have removed the file, or somebody replaced it, between the steps.
    if (is_same_file(lock.file(), *descriptor)) return lock;
  }
}

WriteLock::WriteLock(std::filesystem::path file, int descriptor, bool is_new)
    : file_(std::move(file)), descriptor_(descriptor), is_new_(is_new) {}

WriteLock::WriteLock(WriteLock&& other) noexcept
    : file_(std::move(other.file_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      is_new_(other.is_new_) {}

WriteLock::~WriteLock() {
  if (descriptor_ < 0) return;
  struct stat status = {};
  if (is_new_ && ::fstat(descriptor_, &status) == 0 && status.st_size == 0 &&
      is_same_file(file_, descriptor_)) {
    ::unlink(file_.c_str());
  }
  ::flock(descriptor_, LOCK_UN);
  descriptors().release(descriptor_);
}

}  // namespace tacet::store
