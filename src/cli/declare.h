#pragma once

#include <array>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/App.hpp>

#include "cli/values.h"

namespace tacet::cli {

/// Takes the text that was given for an option; throws UsageError when it makes no sense.
using Setter = std::function<void(const std::string& text)>;

/// Declares an option (names such as "-o,--out") or an argument (a name without dashes) that takes
/// one value. `value` stands for it in help, completions and man page: choices with `|` between
/// them ("table|json"), FILE, FOLDER, MODEL, or another word. Giving it twice is a UsageError.
CLI::Option* add_value(CLI::App& app, const std::string& names, const std::string& value,
                       Setter setter, const std::string& description);

/// The same for a text that is taken as it is.
CLI::Option* add_text(CLI::App& app, const std::string& names, const std::string& value,
                      std::optional<std::string>& target, const std::string& description);

/// The same for a text that may be given several times, each time with one value.
CLI::Option* add_texts(CLI::App& app, const std::string& names, const std::string& value,
                       std::vector<std::string>& target, const std::string& description);

/// Declares a flag, off unless given; giving it twice is no error.
CLI::Option* add_flag(CLI::App& app, const std::string& names, bool& target,
                      const std::string& description);

/// Declares an option whose value is one of `choices`, by the names that `to_string` gives them;
/// the value that `target` has now is shown as the default.
template <typename Enum>
CLI::Option* add_choice(CLI::App& app, const std::string& name, Enum& target,
                        std::span<const Enum> choices, const std::string& description) {
  std::vector<std::string> names;
  std::string value;
  for (const Enum choice : choices) {
    names.emplace_back(to_string(choice));
    value += (value.empty() ? "" : "|") + names.back();
  }
  const std::vector<Enum> values(choices.begin(), choices.end());
  const auto setter = [&target, name, names, values](const std::string& text) {
    target = values[parse_choice(name, text, names)];
  };
  return add_value(app, name, value, setter, description)
      ->default_str(std::string(to_string(target)));
}

template <typename Enum, std::size_t N>
CLI::Option* add_choice(CLI::App& app, const std::string& name, Enum& target,
                        const std::array<Enum, N>& choices, const std::string& description) {
  return add_choice<Enum>(app, name, target, std::span<const Enum>(choices), description);
}

/// Puts options under one heading of the help.
inline void in_group(const char* group, std::initializer_list<CLI::Option*> options) {
  for (CLI::Option* const option : options) option->group(group);
}

}  // namespace tacet::cli
