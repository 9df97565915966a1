#include "cli/completions.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tacet::cli {
namespace {

/// What can stand in place of an option's value.
enum class Completion { nothing, choices, files, folders, models };

/// What --model takes beside folders and the longer ids.
constexpr std::string_view kModels = "mini gpt2 gpt2-medium gpt2-large gpt2-xl distilgpt2";

Completion completion_of(const OptionInfo& option) {
  if (!option.choices.empty()) return Completion::choices;
  if (option.value == "FILE") return Completion::files;
  if (option.value == "FOLDER") return Completion::folders;
  if (option.value == "MODEL") return Completion::models;
  return Completion::nothing;
}

std::string short_name(const CommandInfo& tool, const CommandInfo& command) {
  return command.name.substr(tool.name.size() + 1);
}

std::vector<std::string> flags_of(const CommandInfo& command) {
  std::vector<std::string> names;
  for (const OptionInfo& option : command.options) {
    if (!option.is_argument) names.insert(names.end(), option.names.begin(), option.names.end());
  }
  return names;
}

const OptionInfo* argument_of(const CommandInfo& command) {
  const auto found = std::ranges::find_if(command.options, &OptionInfo::is_argument);
  return found == command.options.end() ? nullptr : &*found;
}

/// The first sentence of a description: shells show it on one line.
std::string brief(std::string_view description) {
  const auto end = description.find(". ");
  return std::string(description.substr(0, end == std::string_view::npos ? end : end + 1));
}

/// `text` with each character of `special` behind a backslash.
std::string escaped(std::string_view text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

/// The text in single quotes, for bash and zsh.
std::string shell_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string bash_action(const OptionInfo& option) {
  switch (completion_of(option)) {
    case Completion::choices:
      return fmt::format(R"(COMPREPLY=($(compgen -W "{}" -- "$cur")))",
                         fmt::join(option.choices, " "));
    case Completion::files:
      return R"(compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")))";
    case Completion::folders:
      return R"(compopt -o filenames; COMPREPLY=($(compgen -d -- "$cur")))";
    case Completion::models:
      return fmt::format(R"(compopt -o filenames; COMPREPLY=($(compgen -W "{}" -- "$cur") )"
                         R"($(compgen -d -- "$cur")))",
                         kModels);
    case Completion::nothing:
      break;
  }
  return ":";
}

/// The branches of one command: after an option that takes a value, and otherwise.
std::string bash_command(const std::string& name, const CommandInfo& command) {
  std::string out = fmt::format("    {})\n      case \"$prev\" in\n", shell_quoted(name));
  for (const OptionInfo& option : command.options) {
    if (option.is_argument || option.value.empty()) continue;
    out += fmt::format("        {}) {}; return ;;\n", fmt::join(option.names, "|"),
                       bash_action(option));
  }
  std::string words;
  for (const CommandInfo& sub : command.commands) words += short_name(command, sub) + " ";
  const OptionInfo* const argument = argument_of(command);
  if (argument != nullptr) {
    out += fmt::format("      esac\n      [[ $cur == -* ]] || {{ {}; return; }}\n",
                       bash_action(*argument));
  } else {
    out += "      esac\n";
  }
  words += fmt::format("{}", fmt::join(flags_of(command), " "));
  return out + fmt::format("      COMPREPLY=($(compgen -W \"{}\" -- \"$cur\"))\n      ;;\n", words);
}

std::string bash_script(const CommandInfo& tool) {
  std::vector<std::string> names;
  for (const CommandInfo& command : tool.commands) names.push_back(short_name(tool, command));
  std::string out = fmt::format(R"(# bash completion for {0}
_{0}() {{
  local cur="${{COMP_WORDS[COMP_CWORD]}}" prev="${{COMP_WORDS[COMP_CWORD-1]}}" command="" word
  # --option=value arrives as three words.
  if [[ $cur == "=" ]]; then
    cur=""
  elif [[ $prev == "=" ]]; then
    prev="${{COMP_WORDS[COMP_CWORD-2]}}"
  fi
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case "$word" in
      {1}) command="$word"; break ;;
    esac
  done
  COMPREPLY=()
  case "$command" in
)",
                                tool.name, fmt::join(names, "|"));
  out += bash_command("", tool);
  for (const CommandInfo& command : tool.commands) {
    out += bash_command(short_name(tool, command), command);
  }
  return out + fmt::format("  esac\n}}\ncomplete -F _{0} {0}\n", tool.name);
}

std::string zsh_action(const OptionInfo& option) {
  switch (completion_of(option)) {
    case Completion::choices:
      return fmt::format("({})", fmt::join(option.choices, " "));
    case Completion::files:
      return "_files";
    case Completion::folders:
      return "_files -/";
    case Completion::models:
      return "_tacet_models";
    case Completion::nothing:
      break;
  }
  return " ";
}

/// The words that tell zsh's _arguments about an option, one for each of its names.
std::vector<std::string> zsh_words(const OptionInfo& option) {
  const std::string value = escaped(option.value, ":[]");
  if (option.is_argument) {
    return {fmt::format("{}:{}:{}", option.is_repeated ? "*" : "1", option.names.front(),
                        zsh_action(option))};
  }
  std::string rest = fmt::format("[{}]", escaped(brief(option.description), ":[]\\"));
  if (!option.value.empty()) rest += fmt::format(":{}:{}", value, zsh_action(option));
  std::vector<std::string> words;
  for (const std::string& name : option.names) {
    const std::string_view joint = option.value.empty() ? "" : (name.starts_with("--") ? "=" : "+");
    words.push_back(fmt::format("({}){}{}{}", fmt::join(option.names, " "), name, joint, rest));
  }
  return words;
}

/// All options of a command as words for _arguments, one a line.
std::string zsh_options(const CommandInfo& command, const std::string& indent) {
  std::string out;
  for (const OptionInfo& option : command.options) {
    for (const std::string& word : zsh_words(option)) {
      out += fmt::format(" \\\n{}{}", indent, shell_quoted(word));
    }
  }
  return out;
}

std::string zsh_script(const CommandInfo& tool) {
  std::string commands;
  std::string cases;
  for (const CommandInfo& command : tool.commands) {
    const std::string name = short_name(tool, command);
    commands +=
        fmt::format("        {}\n", shell_quoted(name + ":" + escaped(command.summary, ":")));
    cases += fmt::format("        {})\n          _arguments -s -S{}\n          ;;\n", name,
                         zsh_options(command, "            "));
  }
  return fmt::format(R"(#compdef {0}
# zsh completion for {0}
_tacet_models() {{
  _alternative 'models:model:({4})' 'folders:folder:_files -/'
}}
_{0}() {{
  local context state state_descr line
  typeset -A opt_args
  _arguments -C{1} \
    '1:command:->command' '*::argument:->argument'
  case $state in
    command)
      local -a commands
      commands=(
{2}      )
      _describe command commands
      ;;
    argument)
      case $line[1] in
{3}      esac
      ;;
  esac
}}
if [[ "$funcstack[1]" == "_{0}" ]]; then
  _{0} "$@"
else
  compdef _{0} {0}
fi
)",
                     tool.name, zsh_options(tool, "    "), commands, cases, kModels);
}

std::string fish_quoted(std::string_view text) {
  return "'" + escaped(text, "'\\") + "'";
}

std::string fish_option(const CommandInfo& tool, const std::string& condition,
                        const OptionInfo& option) {
  std::string out = fmt::format("complete -c {} -n {}", tool.name, fish_quoted(condition));
  for (const std::string& name : option.names) {
    if (option.is_argument) continue;
    out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  switch (completion_of(option)) {
    case Completion::choices:
      out += fmt::format(" -x -a '{}'", fmt::join(option.choices, " "));
      break;
    case Completion::files:
      out += " -r -F";
      break;
    case Completion::folders:
      out += " -x -a '(__fish_complete_directories)'";
      break;
    case Completion::models:
      out += fmt::format(" -x -a '{} (__fish_complete_directories)'", kModels);
      break;
    case Completion::nothing:
      out += option.value.empty() ? "" : " -x";
      break;
  }
  return out + " -d " + fish_quoted(brief(option.description)) + "\n";
}

std::string fish_script(const CommandInfo& tool) {
  std::string out = fmt::format("# fish completion for {0}\ncomplete -c {0} -f\n", tool.name);
  const std::string at_start = "__fish_use_subcommand";
  for (const OptionInfo& option : tool.options) out += fish_option(tool, at_start, option);
  for (const CommandInfo& command : tool.commands) {
    const std::string name = short_name(tool, command);
    out += fmt::format("complete -c {} -n {} -a {} -d {}\n", tool.name, fish_quoted(at_start), name,
                       fish_quoted(command.summary));
    const std::string condition = "__fish_seen_subcommand_from " + name;
    for (const OptionInfo& option : command.options) out += fish_option(tool, condition, option);
  }
  return out;
}

}  // namespace

std::string_view to_string(Shell shell) {
  switch (shell) {
    case Shell::bash:
      return "bash";
    case Shell::zsh:
      return "zsh";
    case Shell::fish:
      return "fish";
  }
  return "";
}

std::string completion_script(const CommandInfo& tool, Shell shell) {
  switch (shell) {
    case Shell::bash:
      return bash_script(tool);
    case Shell::zsh:
      return zsh_script(tool);
    case Shell::fish:
      return fish_script(tool);
  }
  return "";
}

}  // namespace tacet::cli
