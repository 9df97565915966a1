#include "support/file.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tacet/error.h"

namespace tacet::support {
namespace {

std::string text_of(int error) {
  return std::generic_category().message(error);
}

/// An open file descriptor, closed at the end of its scope.
class OpenFile {
 public:
  explicit OpenFile(const std::filesystem::path& path)
      // Without O_NONBLOCK a named pipe would wait for its writer, before it can be refused.
      : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)), name_(path.string()) {
    if (descriptor_ >= 0) return;
    if (errno == ENOENT || errno == ENOTDIR) {
      throw ModelError(fmt::format("{}: no such file", name_));
    }
    throw ModelError(fmt::format("{}: cannot be opened: {}", name_, text_of(errno)));
  }
  ~OpenFile() { ::close(descriptor_); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  /// The file's size in bytes.
  std::uint64_t size() const {
    struct stat status = {};
    const int result = ::fstat(descriptor_, &status);
    if (result == 0 && S_ISDIR(status.st_mode)) {
      throw ModelError(fmt::format("{}: is a folder, not a file", name_));
    }
    if (result != 0 || !S_ISREG(status.st_mode)) {
      throw ModelError(fmt::format("{}: is not a regular file; copy it into one", name_));
    }
    return static_cast<std::uint64_t>(status.st_size);
  }

  /// Reads until `out` is full or the file ends; returns the number of bytes.
  std::size_t read(char* out, std::size_t count) const {
    std::size_t done = 0;
    while (done < count) {
      const ssize_t got = ::read(descriptor_, out + done, count - done);
      if (got == 0) break;
      if (got > 0) {
        done += static_cast<std::size_t>(got);
      } else if (errno != EINTR) {
        throw ModelError(
            fmt::format("{}: cannot be read at byte {}: {}", name_, done, text_of(errno)));
      }
    }
    return done;
  }

 private:
  int descriptor_;
  std::string name_;
};

}  // namespace

std::string read_file(const std::filesystem::path& path, std::uint64_t max_bytes) {
  const OpenFile file(path);
  const std::uint64_t size = file.size();
  if (size > max_bytes) {
    throw ModelError(fmt::format("{}: {} bytes, more than the {} that such a file may have",
                                 path.string(), size, max_bytes));
  }
  // One byte more than there should be shows a file that has grown.
  std::string bytes(static_cast<std::size_t>(size) + 1, '\0');
  const std::size_t got = file.read(bytes.data(), bytes.size());
  if (got != size) {
    throw ModelError(
        fmt::format("{}: changed while it was read: {} {} bytes; try again when "
                    "nobody writes to it",
                    path.string(), got < size ? "it had" : "it has more than", size));
  }
  bytes.resize(got);
  return bytes;
}

}  // namespace tacet::support
