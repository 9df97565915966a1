#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/app_info.h"
#include "cli/commands.h"
#include "cli/completions.h"
#include "cli/declare.h"
#include "cli/output.h"
#include "cli/values.h"
#include "tacet/error.h"

namespace tacet::cli {
namespace {

constexpr std::array kShells = {Shell::bash, Shell::zsh, Shell::fish};

constexpr const char* kCompletionsDescription = "Print the completion script for a shell.";

constexpr const char* kCompletionsExamples =
    "Examples:\n"
    "  source <(tacet completions bash)\n"
    "  tacet completions zsh > \"${fpath[1]}/_tacet\"\n"
    "  tacet completions fish > ~/.config/fish/completions/tacet.fish\n";

}  // namespace

Command declare_completions(CLI::App& root) {
  CLI::App* const app = root.add_subcommand("completions", kCompletionsDescription);
  app->footer(kCompletionsExamples);
  const auto chosen = std::make_shared<std::optional<Shell>>();
  std::vector<std::string> names;
  names.reserve(kShells.size());
  for (const Shell shell : kShells) names.emplace_back(to_string(shell));
  const auto setter = [chosen, names](const std::string& text) {
    *chosen = kShells.at(parse_choice("SHELL", text, names));
  };
  add_value(*app, "SHELL", fmt::format("{}", fmt::join(names, "|")), setter,
            "The shell that the script is for: bash, zsh or fish.");
  return {app, [chosen, &root](const Terminal&) {
            if (!*chosen) {
              throw UsageError("no shell is named; give bash, zsh or fish");
            }
            write_to_stdout(completion_script(describe_app(root), **chosen));
          }};
}

}  // namespace tacet::cli
