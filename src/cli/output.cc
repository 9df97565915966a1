#include "cli/output.h"

#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/signals.h"
#include "store/atomic_file.h"
#include "support/utf8.h"
#include "tacet/error.h"

namespace tacet::cli {
namespace {

/// Writes all of `text`; false, with errno set, when that fails.
bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

void write_to_stdout(std::string_view text) {
  if (write_all(STDOUT_FILENO, text)) return;
  throw OutputError(
      fmt::format("standard output cannot be written: {}; make room or write elsewhere",
                  std::generic_category().message(errno)));
}

void write_result(std::string_view text, const std::optional<std::string>& file) {
  if (!file) {
    write_to_stdout(text);
    return;
  }
  // A pipe may keep us waiting for ever, so that only regular files hold signals back.
  std::error_code ignored;
  std::optional<SignalDeferral> deferral;
  const auto status = std::filesystem::status(*file, ignored);
  if (!std::filesystem::exists(status) || std::filesystem::is_regular_file(status)) {
    deferral.emplace();
  }
  store::write_file_atomically(*file, text);
}

void print_message(std::string_view kind, std::string_view message) {
  const std::string line =
      fmt::format("tacet: {}: {}\n", kind, support::escape_for_display(message));
  // There is nowhere left to tell of a failure here.
  [[maybe_unused]] const bool written = write_all(STDERR_FILENO, line);
}

}  // namespace tacet::cli
