// The copy of a database that is kept before it is upgraded.
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <random>
#include <string>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/database_upgrade.h"
#include "store/write_error.h"
#include "support/utf8.h"

namespace tacet::store {
namespace {

namespace fs = std::filesystem;

/// A file of this process's own, removed at the end of its scope.
class ScratchFile {
 public:
  /// Made beside `file`, which only its owner may read so far. Throws OutputError.
  explicit ScratchFile(const fs::path& file) {
    std::random_device random;
    name_ = file.parent_path() / fmt::format(".tacet-{:08x}{:08x}.tmp", random(), random());
    descriptor_ = ::open(name_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor_ < 0) fail_to_write(file, errno);
  }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  ~ScratchFile() {
    ::close(descriptor_);
    ::unlink(name_.c_str());
  }

  const fs::path& name() const { return name_; }
  int descriptor() const { return descriptor_; }

 private:
  fs::path name_;
  int descriptor_ = -1;
};

bool same_bytes(const fs::path& a, const fs::path& b) {
  std::error_code error;
  if (!fs::is_regular_file(b, error) || fs::file_size(a, error) != fs::file_size(b, error) ||
      error) {
    return false;
  }
  std::ifstream first(a, std::ios::binary);
  std::ifstream second(b, std::ios::binary);
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  std::string piece(kPiece, '\0');
  std::string other(kPiece, '\0');
  while (first && second) {
    first.read(piece.data(), static_cast<std::streamsize>(kPiece));
    second.read(other.data(), static_cast<std::streamsize>(kPiece));
    const auto count = static_cast<std::size_t>(first.gcount());
    if (first.gcount() != second.gcount() || piece.compare(0, count, other, 0, count) != 0) {
      return false;
    }
  }
  return first.eof() && second.eof();
}

/// Lets `name` be the file `scratch`; false when another file has the name. Throws OutputError.
bool give_name(const fs::path& scratch, const fs::path& name) {
  // A link is never made in the place of another file.
  if (::link(scratch.c_str(), name.c_str()) == 0) return true;
  if (errno == EEXIST) return false;
  if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS) fail_to_write(name, errno);
  // Not every file system has links: there the name is taken first.
  const int taken = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (taken < 0 && errno == EEXIST) return false;
  if (taken < 0) fail_to_write(name, errno);
  ::close(taken);
  if (::rename(scratch.c_str(), name.c_str()) != 0) fail_to_write(name, errno);
  return true;
}

/// Makes the names in `folder` durable. Some file systems cannot, and the content is safe by then.
void synchronise(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace

fs::path keep_copy(Connection& connection, const fs::path& file, int version) {
  const fs::path first = fs::path(file).concat(fmt::format(".v{}", version));
  const ScratchFile scratch(first);
  {
    Connection copy(scratch.name(), support::escape_for_display(first.string()), Access::write);
    // It is nobody's before it has its name, and then it is whole.
    copy.execute("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF");
    connection.copy_to(copy);
  }
  struct stat status = {};
  if (::stat(file.c_str(), &status) != 0 ||
      ::fchmod(scratch.descriptor(), status.st_mode & 07777U) != 0 ||
      ::fsync(scratch.descriptor()) != 0) {
    fail_to_write(first, errno);
  }
  fs::path name = first;
  for (int number = 1; !give_name(scratch.name(), name); ++number) {
    if (same_bytes(scratch.name(), name)) break;
    name = fs::path(first).concat(fmt::format("-{}", number));
  }
  synchronise(file.parent_path());
  return name;
}

}  // namespace tacet::store
