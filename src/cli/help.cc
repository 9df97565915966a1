#include "cli/help.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "cli/width.h"

namespace tacet::cli {
namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kDescriptionColumn = 26;  // where descriptions begin

std::string paragraphs(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto end = std::min(text.find("\n\n"), text.size());
    for (const std::string& line : wrap(text.substr(0, end), kWidth)) out += line + "\n";
    text.remove_prefix(std::min(end + 2, text.size()));
    out += "\n";
  }
  return out;
}

/// An option and its value, which goes on in a further line, after one of its `|`, where it is
/// long.
std::string indented(const std::string& left) {
  std::string line = "  " + left;
  const std::size_t value = left.rfind(' ') + 1;
  std::string out;
  while (display_width(line) > kWidth) {
    const std::size_t bar = line.rfind('|', kWidth - 1);
    if (bar == std::string::npos) break;
    out += line.substr(0, bar + 1) + "\n";
    line = std::string(value + 2, ' ') + line.substr(bar + 1);
  }
  return out + line;
}

/// "  LEFT        the description, wrapped beside it", or below it when LEFT is long.
std::string entry(const std::string& left, const std::string& description) {
  std::string out = indented(left);
  bool beside = display_width(out) + 2 <= kDescriptionColumn;
  if (!beside) out += "\n";
  for (const std::string& line : wrap(description, kWidth - kDescriptionColumn)) {
    if (beside) {
      out = pad_right(out, kDescriptionColumn);
    } else {
      out.append(kDescriptionColumn, ' ');
    }
    out.append(line).append("\n");
    beside = false;
  }
  return out;
}

std::string described(const OptionInfo& option) {
  if (option.default_value.empty()) return option.description;
  return fmt::format("{} [default: {}]", option.description, option.default_value);
}

std::string group_text(const CommandInfo& command, const std::string& group) {
  std::string out = "\n" + group + ":\n";
  for (const OptionInfo& option : command.options) {
    if (option.is_argument || option.group != group) continue;
    out += entry(signature_of(option), described(option));
  }
  return out;
}

std::string arguments_text(const CommandInfo& command) {
  std::string out;
  for (const OptionInfo& option : command.options) {
    if (!option.is_argument) continue;
    out += out.empty() ? "\nArguments:\n" : "";
    out += entry(signature_of(option), described(option));
  }
  return out;
}

}  // namespace

std::string help_text(const CommandInfo& command) {
  const bool is_tool = !command.commands.empty();  // whose summary is a phrase, not a sentence
  std::string out = paragraphs(is_tool ? command.name + " - " + command.summary : command.summary);
  out += "Usage: " + usage_of(command) + "\n";
  if (!command.details.empty()) {
    out += "\n" + paragraphs(command.details);
    out.pop_back();
  }
  if (is_tool) out += "\nCommands:\n";
  for (const CommandInfo& sub : command.commands) {
    out += entry(sub.name.substr(command.name.size() + 1), sub.summary);
  }
  out += arguments_text(command);
  for (const std::string& group : groups_of(command)) out += group_text(command, group);
  if (!command.epilog.empty()) out += "\n" + command.epilog;
  return out;
}

}  // namespace tacet::cli
