#include "hub/file_lock.h"

#include <cerrno>
#include <chrono>
#include <thread>

#include <sys/file.h>

namespace tacet::hub {
namespace {

constexpr auto kLockPause = std::chrono::milliseconds(100);

}  // namespace

FileLock::FileLock(const std::filesystem::path& path, const std::function<void()>& waiting)
    : file_((make_folders(path.parent_path()), open_for_append(path))) {
  while (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) return;
    waiting();
    std::this_thread::sleep_for(kLockPause);
  }
  is_held_ = true;
}

}  // namespace tacet::hub
