#include "cli/second_process.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tacet/error.h"

namespace tacet::cli {
namespace {

constexpr int kNotStarted = 127;
constexpr std::size_t kLongestMessage = 4096;

[[noreturn]] void fail(const std::string& why) {
  throw Error(fmt::format("the second process, which same_bits needs, {}", why));
}

[[noreturn]] void fail_start(const char* step) {
  fail(fmt::format("could not be started ({}: {})", step, std::generic_category().message(errno)));
}

/// A pipe for what the process writes on standard error.
class Pipe {
 public:
  Pipe() {
    if (pipe2(ends_.data(), O_CLOEXEC) != 0) fail_start("pipe");
  }
  ~Pipe() {
    close(ends_[0]);
    close_write_end();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int write_end() const { return ends_[1]; }
  void close_write_end() {
    if (ends_[1] >= 0) close(ends_[1]);
    ends_[1] = -1;
  }
  /// Everything that is written until the last writer ends; its beginning is kept.
  std::string read_all() const {
    std::string text;
    std::array<char, 1024> buffer;
    while (true) {
      const ssize_t count = read(ends_[0], buffer.data(), buffer.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return text;
      if (text.size() < kLongestMessage)
        text.append(buffer.data(), static_cast<std::size_t>(count));
    }
  }

 private:
  std::array<int, 2> ends_ = {-1, -1};
};

/// What happens in the new process, where only what is safe in a signal handler may be called:
/// other threads may have held locks.
[[noreturn]] void become(char** argv, int error_end, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(kNotStarted);  // it ended before we could ask
  const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nowhere < 0 || dup2(nowhere, STDIN_FILENO) < 0 || dup2(nowhere, STDOUT_FILENO) < 0 ||
      dup2(error_end, STDERR_FILENO) < 0) {
    _exit(kNotStarted);
  }
  execv("/proc/self/exe", argv);
  _exit(kNotStarted);
}

int wait_for(pid_t process) {
  int status = 0;
  while (waitpid(process, &status, 0) < 0) {
    if (errno != EINTR) fail(fmt::format("was lost: {}", std::generic_category().message(errno)));
  }
  return status;
}

/// The message without the name that the tool puts before it.
std::string_view bare(std::string_view message) {
  constexpr std::string_view kPrefix = "tacet: error: ";
  if (message.starts_with(kPrefix)) message.remove_prefix(kPrefix.size());
  while (message.ends_with('\n')) message.remove_suffix(1);
  return message;
}

}  // namespace

void run_second_process(const std::vector<std::string>& arguments) {
  std::vector<std::string> words = {"tacet"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  Pipe pipe;
  const pid_t parent = getpid();
  const pid_t process = fork();
  if (process < 0) fail_start("fork");
  if (process == 0) become(argv.data(), pipe.write_end(), parent);
  pipe.close_write_end();
  const std::string message = pipe.read_all();
  const int status = wait_for(process);
  if (WIFSIGNALED(status)) fail(fmt::format("was ended by signal {}", WTERMSIG(status)));
  if (WEXITSTATUS(status) == 0) return;
  if (message.empty()) {
    fail(fmt::format("ended with status {} and no message", WEXITSTATUS(status)));
  }
  fail(fmt::format("failed: {}", bare(message)));
}

}  // namespace tacet::cli
