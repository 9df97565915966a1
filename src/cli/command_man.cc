#include "cli/app_info.h"
#include "cli/commands.h"
#include "cli/man_page.h"
#include "cli/output.h"
#include "tacet/version.h"

namespace tacet::cli {
namespace {

constexpr const char* kManDescription = "Print the manual page, as roff source for man.";

constexpr const char* kManExamples =
    "Examples:\n"
    "  tacet man | man -l -\n"
    "  tacet man > ~/.local/share/man/man1/tacet.1\n";

}  // namespace

Command declare_man(CLI::App& root) {
  CLI::App* const app = root.add_subcommand("man", kManDescription);
  app->footer(kManExamples);
  return {app,
          [&root](const Terminal&) { write_to_stdout(man_page(describe_app(root), kVersion)); }};
}

}  // namespace tacet::cli
