#pragma once

#include <string>
#include <vector>

#include <CLI/App.hpp>

namespace tacet::cli {

/// One option or argument as help, completions and man page show it.
struct OptionInfo {
  std::vector<std::string> names;    ///< "-o", "--out"; an argument's name alone
  std::string value;                 ///< "FILE", "table|json"; empty for a flag
  std::vector<std::string> choices;  ///< of `value`, up to what the user fills in ("scale:")
  std::string default_value;
  std::string description;
  std::string group;
  bool is_argument = false;
  bool is_repeated = false;
};

/// One command, or the tool itself.
struct CommandInfo {
  std::string name;     ///< as typed: "tacet", "tacet silence"
  std::string summary;  ///< one line
  std::string details;  ///< paragraphs with an empty line between them
  std::string epilog;   ///< examples and the like, laid out already
  std::vector<OptionInfo> options;
  std::vector<CommandInfo> commands;
};

/// Reads the declarations of `app` and its commands: the one source of help, completions and man
/// page. An app's description is its summary and, after an empty line, its details.
CommandInfo describe_app(const CLI::App& app);

/// The usage line, "tacet silence [OPTIONS] [PROMPT]".
std::string usage_of(const CommandInfo& command);

/// The names and the value of an option, "-o, --out FILE".
std::string signature_of(const OptionInfo& option);

/// Groups of the command's options, in the order of their declaration; help comes last.
std::vector<std::string> groups_of(const CommandInfo& command);

}  // namespace tacet::cli
