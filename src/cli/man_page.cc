#include "cli/man_page.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include <fmt/format.h>

namespace tacet::cli {
namespace {

/// `text` as roff text: backslashes and hyphens spelled out, no line taken for a request.
std::string roff(std::string_view text) {
  std::string out;
  bool at_line_start = true;
  for (const char c : text) {
    if (at_line_start && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
    at_line_start = c == '\n';
  }
  return out;
}

std::string upper(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return out;
}

std::string roff_paragraphs(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto end = std::min(text.find("\n\n"), text.size());
    out += ".PP\n" + roff(text.substr(0, end)) + "\n";
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return out;
}

/// Options as tagged roff_paragraphs, the names bold and the value italic.
std::string option_entry(const OptionInfo& option) {
  std::string names;
  for (const std::string& name : option.names) {
    names += fmt::format("{}\\fB{}\\fR", names.empty() ? "" : ", ", roff(name));
  }
  if (!option.is_argument && !option.value.empty())
    names += fmt::format(" \\fI{}\\fR", roff(option.value));
  std::string text = option.description;
  if (!option.default_value.empty())
    text += fmt::format(" The default is {}.", option.default_value);
  return fmt::format(".TP\n{}\n{}\n", names, roff(text));
}

std::string preformatted(std::string_view text) {
  return ".PP\n.nf\n" + roff(text) + (text.ends_with('\n') ? "" : "\n") + ".fi\n";
}

std::string command_section(const CommandInfo& command) {
  std::string out = ".SS " + roff(command.name) + "\n" + roff(command.summary) + "\n";
  out += ".PP\n" + roff("Usage: " + usage_of(command)) + "\n" + roff_paragraphs(command.details);
  for (const OptionInfo& option : command.options) {
    if (option.is_argument) out += option_entry(option);
  }
  for (const std::string& group : groups_of(command)) {
    out += fmt::format(".PP\n\\fI{}\\fR\n", roff(group));
    for (const OptionInfo& option : command.options) {
      if (!option.is_argument && option.group == group) out += option_entry(option);
    }
  }
  if (!command.epilog.empty()) out += preformatted(command.epilog);
  return out;
}

}  // namespace

std::string man_page(const CommandInfo& tool, const std::string& version) {
  std::string out = fmt::format(".TH {} 1 \"\" \"{} {}\" \"User Commands\"\n", upper(tool.name),
                                tool.name, roff(version));
  out += fmt::format(".SH NAME\n{} \\- {}\n", tool.name, roff(tool.summary));
  out += fmt::format(
      ".SH SYNOPSIS\n\\fB{}\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR] "
      "[\\fIARGUMENTS\\fR]\n",
      tool.name);
  out += ".SH DESCRIPTION\n" + roff_paragraphs(tool.details) + ".SH OPTIONS\n";
  for (const OptionInfo& option : tool.options) out += option_entry(option);
  out += ".SH COMMANDS\n";
  for (const CommandInfo& command : tool.commands) out += command_section(command);
  return out + ".SH NOTES\n" + preformatted(tool.epilog);
}

}  // namespace tacet::cli
