#include "cli/app_info.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tacet::cli {
namespace {

constexpr std::string_view kCommonGroup = "Options";  // CLI11's name for what has no other group

bool is_capital(char c) {
  return c >= 'A' && c <= 'Z';
}

/// The parts of "zero|scale:X", each up to its first capital; none when there is one part only.
std::vector<std::string> choices_of(std::string_view value) {
  std::vector<std::string> choices;
  if (value.find('|') == std::string_view::npos) return choices;
  while (!value.empty()) {
    const auto end = std::min(value.find('|'), value.size());
    const std::string_view part = value.substr(0, end);
    const auto* const capital = std::ranges::find_if(part, is_capital);
    choices.emplace_back(part.begin(), capital);
    value.remove_prefix(std::min(end + 1, value.size()));
  }
  return choices;
}

OptionInfo describe_option(const CLI::Option& option) {
  OptionInfo info;
  for (const std::string& name : option.get_snames()) info.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) info.names.push_back("--" + name);
  info.is_argument = option.get_positional();
  if (info.is_argument) info.names = {option.get_name(true, false)};
  if (option.get_items_expected_max() > 0) info.value = option.get_type_name();
  info.is_repeated = option.get_items_expected_max() > 1;
  info.choices = choices_of(info.value);
  info.default_value = option.get_default_str();
  info.description = option.get_description();
  info.group = option.get_group();
  return info;
}

CommandInfo describe(const CLI::App& app, const std::string& prefix) {
  CommandInfo info;
  info.name = prefix + app.get_name();
  const std::string description = app.get_description();
  const auto blank = description.find("\n\n");
  info.summary = description.substr(0, blank);
  if (blank != std::string::npos) info.details = description.substr(blank + 2);
  info.epilog = app.get_footer();
  for (const CLI::Option* const option : app.get_options()) {
    info.options.push_back(describe_option(*option));
  }
  // The help flag is declared first, and is what one looks for last.
  // (std::ranges' own algorithm does not compile with Clang 14 and libstdc++ 12.)
  std::stable_partition(info.options.begin(), info.options.end(), [](const OptionInfo& option) {
    return option.is_argument || option.group != kCommonGroup;
  });
  for (const CLI::App* const command : app.get_subcommands([](const CLI::App*) { return true; })) {
    info.commands.push_back(describe(*command, info.name + " "));
  }
  return info;
}

}  // namespace

CommandInfo describe_app(const CLI::App& app) {
  return describe(app, "");
}

std::string usage_of(const CommandInfo& command) {
  std::string usage = command.name;
  if (!command.commands.empty()) return usage + " COMMAND [OPTIONS] [ARGUMENTS]";
  usage += " [OPTIONS]";
  for (const OptionInfo& option : command.options) {
    if (!option.is_argument) continue;
    usage += fmt::format(" [{}{}]", option.names.front(), option.is_repeated ? "..." : "");
  }
  return usage;
}

std::string signature_of(const OptionInfo& option) {
  const std::string names = fmt::format("{}", fmt::join(option.names, ", "));
  if (option.is_argument) return names + (option.is_repeated ? "..." : "");
  return option.value.empty() ? names : names + " " + option.value;
}

std::vector<std::string> groups_of(const CommandInfo& command) {
  std::vector<std::string> groups;
  for (const OptionInfo& option : command.options) {
    if (option.is_argument || std::ranges::find(groups, option.group) != groups.end()) continue;
    groups.push_back(option.group);
  }
  return groups;
}

}  // namespace tacet::cli
