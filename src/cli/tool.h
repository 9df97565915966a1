#pragma once

#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "cli/commands.h"
#include "cli/terminal.h"

namespace tacet::cli {

/// The whole command line: all commands with their options. For one run.
class Tool {
 public:
  Tool();

  /// Does what `arguments` (without the program's name) ask for. Throws UsageError for a command
  /// line that is wrong, and whatever the command throws.
  void run(std::vector<std::string> arguments, const Terminal& terminal);

  /// The declarations, for what is made from them.
  const CLI::App& app() const { return app_; }

 private:
  /// Reads the command line; false when it asked for help or the version, which are printed then.
  bool parse(std::vector<std::string> arguments);
  /// Throws UsageError for what is left over on the command line.
  void check_leftovers() const;

  CLI::App app_;
  std::vector<Command> commands_;
};

}  // namespace tacet::cli
