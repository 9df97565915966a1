/// @file
/// What a test does to its own process: other users, limits, children that may be killed.
#pragma once

#include <filesystem>
#include <functional>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tacet::testing {

/// The most bytes a file may have, for as long as the object lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &old_limit_);
    const rlimit limit = {.rlim_cur = bytes, .rlim_max = old_limit_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &old_limit_); }

 private:
  rlimit old_limit_ = {};
};

/// Gives up root's right to write everywhere, for as long as the object lives; the folder changes
/// hands with it.
class OrdinaryUser {
 public:
  explicit OrdinaryUser(const std::filesystem::path& folder) : user_(::geteuid()) {
    constexpr uid_t kNobody = 65534;
    if (user_ != 0) return;
    EXPECT_EQ(::chown(folder.c_str(), kNobody, static_cast<gid_t>(-1)), 0);
    EXPECT_EQ(::seteuid(kNobody), 0);
  }
  OrdinaryUser(const OrdinaryUser&) = delete;
  OrdinaryUser& operator=(const OrdinaryUser&) = delete;
  ~OrdinaryUser() { EXPECT_EQ(::seteuid(user_), 0); }

 private:
  uid_t user_;
};

/// A process that runs `body`; it ends with what that returns, or 99 when it throws, and nothing of
/// this process is tidied up in it. Waited for, killed if need be, when the object goes.
class Child {
 public:
  explicit Child(const std::function<int()>& body) : process_(::fork()) {
    if (process_ != 0) return;
    int status = 99;
    try {
      status = body();
    } catch (...) {
    }
    ::_exit(status);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    kill();
    wait();
  }

  void kill() {
    if (process_ > 0) ::kill(process_, SIGKILL);
  }
  /// Waits for its end: its exit status, or minus the signal that ended it.
  int wait() {
    if (process_ <= 0) return status_;
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = -1;
    status_ = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
    return status_;
  }

 private:
  pid_t process_;
  int status_ = 0;
};

}  // namespace tacet::testing
