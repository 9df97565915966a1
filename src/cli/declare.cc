#include "cli/declare.h"

#include <utility>

#include <fmt/format.h>

#include "tacet/error.h"

namespace tacet::cli {

CLI::Option* add_value(CLI::App& app, const std::string& names, const std::string& value,
                       Setter setter, const std::string& description) {
  const std::string shown = names.substr(names.find_last_of(',') + 1);
  const auto callback = [setter = std::move(setter), shown](const CLI::results_t& given) {
    if (given.size() > 1) {
      throw UsageError(fmt::format("{} is given {} times; give it once", shown, given.size()));
    }
    setter(given.front());
    return true;
  };
  // All values are handed to the callback, so that the message about a second one is ours.
  return app.add_option(names, callback, description)
      ->type_name(value)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

CLI::Option* add_text(CLI::App& app, const std::string& names, const std::string& value,
                      std::optional<std::string>& target, const std::string& description) {
  const auto setter = [&target](const std::string& text) { target = text; };
  return add_value(app, names, value, setter, description);
}

CLI::Option* add_texts(CLI::App& app, const std::string& names, const std::string& value,
                       std::vector<std::string>& target, const std::string& description) {
  const auto callback = [&target](const CLI::results_t& given) {
    target = given;
    return true;
  };
  return app.add_option(names, callback, description)
      ->type_name(value)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

CLI::Option* add_flag(CLI::App& app, const std::string& names, bool& target,
                      const std::string& description) {
  return app.add_flag(names, target, description)->disable_flag_override();
}

}  // namespace tacet::cli
