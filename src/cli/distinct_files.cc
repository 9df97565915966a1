#include "cli/distinct_files.h"

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "tacet/error.h"

namespace tacet::cli {
namespace {

namespace fs = std::filesystem;

/// Options whose file is written, and those whose file is read or added to.
constexpr std::array<std::string_view, 3> kWritten = {"--out", "--dump", "--report"};
constexpr std::array<std::string_view, 7> kHeld = {
    "--db", "--json", "--prompts", "--prompt-file", "--reference", "--references", "--pairs"};

/// The last value of an option; nullopt where the command has no such option or it is not given.
std::optional<std::string> value_of(const CLI::App& command, std::string_view name) {
  const CLI::Option* const option = command.get_option_no_throw(std::string(name));
  if (option == nullptr || option->results().empty()) return std::nullopt;
  const std::string& value = option->results().back();
  if (value.empty() || value == "-") return std::nullopt;
  return value;
}

bool is_special(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored) && !fs::is_regular_file(path, ignored);
}

bool are_same(const fs::path& one, const fs::path& other) {
  std::error_code ignored;
  if (fs::equivalent(one, other, ignored)) return true;
  // Absolute first: of a relative name nothing need exist that could be resolved.
  return fs::weakly_canonical(fs::absolute(one, ignored), ignored) ==
         fs::weakly_canonical(fs::absolute(other, ignored), ignored);
}

/// Whether writing `out` would spoil `held`, which a database shares with the files beside it.
bool spoils(const fs::path& out, const std::string& held, std::string_view option) {
  if (are_same(out, held)) return true;
  return option == "--db" && (are_same(out, held + "-wal") || are_same(out, held + "-shm"));
}

}  // namespace

void check_distinct_files(const CLI::App& command) {
  const auto refuse = [](std::string_view one, std::string_view other) {
    throw UsageError(
        fmt::format("{} and {} name the same file; give two different ones", one, other));
  };
  for (std::size_t i = 0; i < kWritten.size(); ++i) {
    const std::optional<std::string> out = value_of(command, kWritten[i]);
    if (!out || is_special(*out)) continue;
    for (const std::string_view option : kHeld) {
      const std::optional<std::string> held = value_of(command, option);
      if (held && spoils(*out, *held, option)) refuse(kWritten[i], option);
    }
    for (std::size_t j = i + 1; j < kWritten.size(); ++j) {
      const std::optional<std::string> other = value_of(command, kWritten[j]);
      if (other && are_same(*out, *other)) refuse(kWritten[i], kWritten[j]);
    }
  }
}

}  // namespace tacet::cli
