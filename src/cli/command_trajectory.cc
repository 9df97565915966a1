#include <memory>
#include <string>

#include "cli/commands.h"
#include "cli/measure_options.h"
#include "cli/model_input.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/prompt_input.h"
#include "cli/run_settings.h"
#include "cli/trajectory_table.h"
#include "tacet/export.h"

namespace tacet::cli {
namespace {

struct TrajectoryArguments {
  ModelOptions model;
  PromptOptions prompt;
  SilenceOptions options;
  OutputOptions output;
};

constexpr const char* kTrajectoryDescription =
    "See how alike the tokens are in every block of the untouched model.\n\n"
    "The similarity of two tokens is the cosine between their vectors in the residual stream. The "
    "mean over all pairs typically falls while context tells the tokens apart, and in GPT-2 rises "
    "towards 1 at the end.";

constexpr const char* kTrajectoryExamples =
    "Examples:\n"
    "  tacet trajectory \"I told my friend that pineapple on pizza is a crime.\"\n"
    "  tacet trajectory --exclude-first --cosine centred \"Berlin is the capital of\"\n"
    "  tacet trajectory --states hf --format csv \"Berlin is the capital of\"\n"
    "  tacet trajectory --model ./gpt2-medium --format json \"Berlin is the capital of\"\n";

std::string rendered(const TrajectoryResult& result, const Model& model,
                     const OutputOptions& output, const Terminal& terminal) {
  switch (output.format) {
    case Format::json:
      return to_json(result, model);
    case Format::csv:
      return to_csv(result);
    case Format::table:
      break;
  }
  return render_trajectory(result, view_of(model), view_for(output, terminal));
}

void run_trajectory(const TrajectoryArguments& arguments, const Terminal& terminal) {
  const OutputOptions& output = arguments.output;
  check_output(output);
  const double start = now_seconds();
  const Model model = load_model(arguments.model, output);
  const Prompt prompt = resolve_prompt(arguments.prompt, model, output.quiet);
  SilenceOptions options = arguments.options;
  options.threads = usable_threads(options.threads, output.quiet);
  Progress progress(terminal.error_is_terminal && !output.no_progress && !output.quiet);
  options.progress = [&progress](int done, int total) { progress.update(done, total); };
  const double loaded = now_seconds();
  TrajectoryResult result = trajectory(model, prompt, options);
  result.timing.load_s = loaded - start;
  progress.clear();
  write_result(rendered(result, model, output, terminal), output.out);
  print_run_details(output, model, result.timing);
}

}  // namespace

Command declare_trajectory(CLI::App& root) {
  CLI::App* const app = root.add_subcommand("trajectory", kTrajectoryDescription);
  app->footer(kTrajectoryExamples);
  const auto arguments = std::make_shared<TrajectoryArguments>();
  declare_model(*app, arguments->model);
  declare_prompt(*app, arguments->prompt);
  declare_measure(*app, arguments->options);
  declare_output(*app, arguments->output);
  declare_quiet(*app, arguments->output);
  declare_verbose(*app, arguments->output);
  declare_progress(*app, arguments->output);
  declare_threads(*app, arguments->options);
  return {app, [arguments](const Terminal& terminal) { run_trajectory(*arguments, terminal); }};
}

}  // namespace tacet::cli
