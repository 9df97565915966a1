#include "cli/tool.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include <CLI/Config.hpp>  // the definitions that App.hpp leaves to it
#include <CLI/Formatter.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/app_info.h"
#include "cli/distinct_files.h"
#include "cli/help.h"
#include "cli/output.h"
#include "cli/suggest.h"
#include "tacet/error.h"
#include "tacet/tokenizer.h"
#include "tacet/version.h"

namespace tacet::cli {
namespace {

constexpr const char* kDescription =
    "what happens inside a language model when an attention head falls silent\n\n"
    "tacet silences attention heads of GPT-2 models and measures, block by block, what happens to "
    "the similarity of the tokens in the residual stream. It carries a small trained model, mini, "
    "and reads any GPT-2 checkpoint in a Hugging Face folder.";

constexpr const char* kEpilog =
    "Heads are written L3H5 or 3.5 (block 3, head 5, both counted from 0); ranges and\n"
    "wildcards are 3.0-7, 3.*, *.5 and all; + joins heads into one intervention.\n"
    "\n"
    "Exit status: 0 done; 1 it could not be done; 2 the command line is wrong;\n"
    "130 or 143 interrupted.\n"
    "\n"
    "Examples:\n"
    "  tacet silence --heads L3H5 \"I told my friend that pineapple on pizza is a crime.\"\n"
    "  tacet sweep --db sweep.db \"I told my friend that pineapple on pizza is a crime.\"\n"
    "  tacet trajectory \"Berlin is the capital of\"\n"
    "  tacet silence --help\n";

std::string version_text() {
  return fmt::format("tacet {}\nUnicode {}\n", kVersion, unicode_version());
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* const option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

bool is_option(std::string_view word) {
  return word.size() > 1 && word.front() == '-';
}

/// "--name" of "--name=value".
std::string name_of(const std::string& word) {
  return word.substr(0, word.find('='));
}

/// CLI11 takes "--name=" for "--name" and would swallow the next word as its value.
void check_values(const std::vector<std::string>& arguments) {
  for (const std::string& word : arguments) {
    if (word == "--") return;
    if (word.starts_with("--") && word.size() > 3 && word.find('=') == word.size() - 1) {
      throw UsageError(fmt::format("{} has no value after the equals sign", word));
    }
  }
}

/// What is wrong, in our words, where CLI11 itself found it.
std::string explain(const CLI::ParseError& error) {
  std::string text = error.what();
  const std::string name = text.substr(0, text.find_first_of(" :"));
  if (text.ends_with("missing")) return fmt::format("{} needs a value after it", name);
  if (text.ends_with("disallowed flag override")) {
    return fmt::format("{} takes no value", is_option(name) ? name : "--" + name);
  }
  return text;
}

/// Whether `option` says how heads are silenced, to a command that silences none.
bool is_cut(const CLI::App& app, std::string_view option) {
  constexpr std::array<std::string_view, 4> kCuts = {"--mode", "--heads", "--at", "--compare-at"};
  return app.get_name() == "trajectory" && std::ranges::find(kCuts, option) != kCuts.end();
}

[[noreturn]] void throw_unknown_option(const CLI::App& app, const std::string& word) {
  const std::string name = name_of(word);
  const std::vector<std::string> known = option_names(app);
  const std::string where = app.get_parent() == nullptr
                                ? app.get_name()
                                : app.get_parent()->get_name() + " " + app.get_name();
  if (std::ranges::find(known, name) != known.end()) {
    throw UsageError(
        fmt::format("'{}' stands after '--', where nothing is an option of '{}'; write "
                    "it before '--'",
                    name, where));
  }
  throw UsageError(fmt::format("unknown option '{}' for '{}'{}", name, where,
                               is_cut(app, name) ? "; it runs the model as it is, and `tacet "
                                                   "silence`, `tacet sweep` and `tacet predict` "
                                                   "silence heads"
                                                 : did_you_mean(name, known)));
}

/// The first word left over, an option before anything else; nullopt when there is none.
std::optional<std::string> leftover(const CLI::App& app) {
  std::vector<std::string> words = app.remaining();
  std::erase(words, "--");
  const auto option = std::ranges::find_if(words, is_option);
  if (option != words.end()) return *option;
  if (words.empty()) return std::nullopt;
  return words.front();
}

}  // namespace

Tool::Tool() : app_(kDescription, "tacet") {
  app_.set_help_flag("-h,--help", "Show this help.");
  app_.set_version_flag("--version", version_text, "Show the version.");
  app_.require_subcommand(0, 1);
  app_.allow_extras();  // what is left over is judged by check_leftovers, with better words
  commands_ = {declare_silence(app_),      declare_sweep(app_),       declare_predict(app_),
               declare_patch(app_),        declare_trajectory(app_),  declare_study(app_),
               declare_report(app_),       declare_figure(app_),      declare_tokens(app_),
               declare_pull(app_),         declare_models(app_),      declare_check(app_),
               declare_make_prompts(app_), declare_completions(app_), declare_man(app_)};
  app_.footer(kEpilog);
}

void Tool::run(std::vector<std::string> arguments, const Terminal& terminal) {
  check_values(arguments);
  if (!parse(std::move(arguments))) return;
  check_leftovers();
  for (const Command& command : commands_) {
    if (!command.app->parsed()) continue;
    check_distinct_files(*command.app);
    command.run(terminal);
  }
}

bool Tool::parse(std::vector<std::string> arguments) {
  std::ranges::reverse(arguments);  // as CLI11 expects them
  // CLI11 reports what it finds by exceptions of its own: they end here.
  try {
    app_.parse(std::move(arguments));
    return true;
  } catch (const CLI::CallForHelp&) {
    CommandInfo info = describe_app(app_);
    for (std::size_t i = 0; i < commands_.size(); ++i) {
      if (commands_[i].app->parsed()) info = CommandInfo(info.commands[i]);
    }
    write_to_stdout(help_text(info));
  } catch (const CLI::CallForVersion& version) {
    write_to_stdout(version.what());
  } catch (const CLI::ParseError& error) {
    throw UsageError(explain(error));
  }
  return false;
}

void Tool::check_leftovers() const {
  const std::vector<CLI::App*> chosen = app_.get_subcommands();
  const std::optional<std::string> outside = leftover(app_);
  std::vector<std::string> names;
  for (const Command& command : commands_) names.push_back(command.app->get_name());
  if (outside && is_option(*outside) && !chosen.empty()) {
    throw UsageError(
        fmt::format("option '{0}' is out of place; write it after the command's name, "
                    "as in 'tacet {1} {0}'",
                    name_of(*outside), chosen.front()->get_name()));
  }
  if (outside && is_option(*outside)) throw_unknown_option(app_, *outside);
  if (outside) {
    throw UsageError(fmt::format(
        "unknown command '{}'{}", *outside,
        suggest(*outside, names) ? did_you_mean(*outside, names)
                                 : fmt::format("; the commands are {}", fmt::join(names, ", "))));
  }
  if (chosen.empty()) {
    throw UsageError(
        fmt::format("no command is given; the commands are {}; 'tacet --help' tells "
                    "more",
                    fmt::join(names, ", ")));
  }
  const std::optional<std::string> inside = leftover(*chosen.front());
  if (inside && is_option(*inside)) throw_unknown_option(*chosen.front(), *inside);
  if (inside) {
    throw UsageError(
        fmt::format("unexpected argument '{}'; put a text of several words in quotes", *inside));
  }
}

}  // namespace tacet::cli
