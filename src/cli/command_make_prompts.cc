#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/declare.h"
#include "cli/model_input.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/values.h"
#include "store/prompts_jsonl.h"
#include "tacet/error.h"
#include "tacet/made_prompts.h"

namespace tacet::cli {
namespace {

struct MakePromptsArguments {
  std::optional<PromptTask> task;
  int n = 100;
  int seed = 1;
  ModelOptions model;
  std::optional<std::string> out;
};

constexpr std::array kTasks = {PromptTask::ioi, PromptTask::capitals, PromptTask::food};

constexpr const char* kMakePromptsDescription =
    "Make prompts from templates, with their answers, for patch and sweep.\n\n"
    "Each line of the JSON Lines file has a text, the same text with other words (corrupt), the "
    "two answers (target and contrast) and a group of prompts about the same words. All names and "
    "answers are single tokens under the model's tokenizer, so that text and corrupt are of one "
    "length.";

constexpr const char* kMakePromptsExamples =
    "Examples:\n"
    "  tacet make-prompts ioi --n 3\n"
    "  tacet make-prompts capitals --n 20 --seed 7 --out capitals.jsonl\n"
    "  tacet make-prompts food --n 2 | tacet patch --pairs -\n";

void declare_task(CLI::App& app, MakePromptsArguments& arguments) {
  std::vector<std::string> names;
  for (const PromptTask task : kTasks) names.emplace_back(to_string(task));
  const auto set_task = [&arguments, names](const std::string& text) {
    arguments.task = kTasks.at(parse_choice("TASK", text, names));
  };
  constexpr int kMost = std::numeric_limits<int>::max();
  const auto set_n = [&arguments](const std::string& text) {
    arguments.n = parse_int("--n", text, 1, kMost);
  };
  const auto set_seed = [&arguments](const std::string& text) {
    arguments.seed = parse_int("--seed", text, 0, kMost);
  };
  add_value(app, "TASK", "ioi|capitals|food", set_task,
            "Who is given something (ioi), the country of a capital, or what somebody likes.");
  for (CLI::Option* const option :
       {add_value(app, "--n", "N", set_n, "How many prompts.")
            ->default_str(fmt::format("{}", arguments.n)),
        add_value(app, "--seed", "N", set_seed, "Of the words that are drawn.")
            ->default_str(fmt::format("{}", arguments.seed)),
        add_text(app, "-o,--out", "FILE", arguments.out,
                 "Write to FILE in place of standard output; the file is there whole or not at "
                 "all.")}) {
    option->group("Prompts");
  }
}

void run_make_prompts(const MakePromptsArguments& arguments) {
  if (!arguments.task) {
    throw UsageError("no task is named; give ioi, capitals or food");
  }
  const Tokenizer tokenizer = load_tokenizer(find_model(arguments.model, {}));
  write_result(
      store::prompts_jsonl(make_prompts(*arguments.task, static_cast<std::size_t>(arguments.n),
                                        static_cast<std::uint64_t>(arguments.seed), tokenizer)),
      arguments.out);
}

}  // namespace

Command declare_make_prompts(CLI::App& root) {
  CLI::App* const app = root.add_subcommand("make-prompts", kMakePromptsDescription);
  app->footer(kMakePromptsExamples);
  const auto arguments = std::make_shared<MakePromptsArguments>();
  declare_task(*app, *arguments);
  declare_model(*app, arguments->model);
  return {app, [arguments](const Terminal&) { run_make_prompts(*arguments); }};
}

}  // namespace tacet::cli
