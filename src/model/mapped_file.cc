#include "model/mapped_file.h"

#include <cerrno>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "model/shown.h"
#include "support/pages.h"
#include "tacet/error.h"

namespace tacet::model {
namespace {

bool same_time(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

// What the system said, for a call that has just failed.
[[noreturn]] void throw_system_error(std::string_view where, std::string_view what,
                                     std::string_view remedy) {
  throw ModelError(fmt::format("{}: cannot be {}: {}; {}", where, what,
                               std::generic_category().message(errno), remedy));
}

}  // namespace

MappedFile::Descriptor::~Descriptor() {
  if (number >= 0) close(number);
}

MappedFile::Map::~Map() {
  if (bytes.empty()) return;
  support::drop_pages(bytes);
  munmap(const_cast<std::byte*>(bytes.data()), bytes.size());
}

// O_NONBLOCK: opening a named pipe must fail below, not wait for a writer.
MappedFile::MappedFile(const std::filesystem::path& path)
    : where_(shown_path(path)), descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
  if (descriptor_.number < 0) {
    throw_system_error(where_, "opened", "check that it is there and may be read");
  }
  if (fstat(descriptor_.number, &opened_) != 0 || !S_ISREG(opened_.st_mode)) {
    throw ModelError(
        fmt::format("{}: is not a regular file; put the weights themselves there", where_));
  }
  const auto size = static_cast<std::size_t>(opened_.st_size);
  if (size == 0) throw ModelError(fmt::format("{}: is empty; download it again", where_));
  void* const begin = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor_.number, 0);
  if (begin == MAP_FAILED) {
    throw_system_error(where_, fmt::format("mapped ({} bytes)", size),
                       "more address space or another file system is needed");
  }
  map_.bytes = {static_cast<const std::byte*>(begin), size};
  guard_.emplace(map_.bytes);
}

// Only a hint: without it everything works, just slower, so that its result does not matter.
void MappedFile::advise(bool sparse) const {
  void* const begin = const_cast<std::byte*>(map_.bytes.data());
  madvise(begin, map_.bytes.size(), sparse ? MADV_RANDOM : MADV_NORMAL);
}

void MappedFile::check_unchanged() const {
  struct stat now = {};
  // fstat() of an open descriptor fails only when the file system is gone: the bytes are too.
  const bool readable = fstat(descriptor_.number, &now) == 0;
  if (!readable || guard_->hit() || now.st_size < opened_.st_size) {
    throw ModelError(fmt::format(
        "{}: was truncated while it was in use (it had {} bytes, now {}); what was read since then "
        "cannot be trusted, restore the file and run again",
        where_, opened_.st_size, readable ? now.st_size : 0));
  }
  if (now.st_size > opened_.st_size) {
    throw ModelError(fmt::format(
        "{}: grew while it was in use (it had {} bytes, now {}); wait until it is complete and run "
        "again",
        where_, opened_.st_size, now.st_size));
  }
  if (!same_time(now.st_mtim, opened_.st_mtim)) {
    throw ModelError(fmt::format(
        "{}: was written to while it was in use; wait until nothing writes to it and run again",
        where_));
  }
}

}  // namespace tacet::model
