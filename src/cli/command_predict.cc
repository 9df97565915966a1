#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/declare.h"
#include "cli/model_input.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/page_source.h"
#include "cli/predict_table.h"
#include "cli/progress.h"
#include "cli/prompt_input.h"
#include "cli/run_settings.h"
#include "cli/target_token.h"
#include "cli/values.h"
#include "report/neighbour_pages.h"
#include "store/result_json.h"
#include "tacet/error.h"
#include "tacet/export.h"
#include "tacet/predict.h"

namespace tacet::cli {
namespace {

struct PredictArguments {
  ModelOptions model;
  PromptOptions prompt;
  SweepCutOptions cut;
  TargetOptions target;
  PredictOptions options;
  OutputOptions output;
  ReportOptions report;
};

constexpr const char* kDescription =
    "See what silencing heads does to the prediction of the next token.\n\n"
    "The model reads the prompt untouched, and once for every intervention of --heads. How likely "
    "is the target after the last token, before and after, on which rank, and how far apart are "
    "its logit and that of a contrast? How much does the whole distribution change, and is "
    "another token the most likely one now?";

constexpr const char* kExamples =
    "Examples:\n"
    "  tacet predict --heads L3H5 --target ' Germany' \"Berlin is the capital of\"\n"
    "  tacet predict --target ' Germany' --contrast ' France' \"Berlin is the capital of\"\n"
    "  tacet predict --heads '5.*' --target ' joke' --at -1 --format csv \"This pizza is a\"\n"
    "  tacet predict --heads L3H5 --target-id 13 --top 10 --token-ids 40,41,42,43\n"
    "  tacet predict --heads L3H5 --target ' a' --target ' the' \"Berlin is the capital of\"\n"
    "  tacet predict --target ' Germany' --report predict.html \"Berlin is the capital of\"\n"
    "  tacet predict --model ./gpt2 --target ' Germany' \"Berlin is the capital of\"\n";

void declare_top(CLI::App& app, int& top) {
  const auto setter = [&top](const std::string& text) {
    top = parse_int("--top", text, 1, std::numeric_limits<int>::max());
  };
  add_value(app, "--top", "K", setter, "How many of the most likely tokens are named.")
      ->default_str(fmt::format("{}", top))
      ->group("What is predicted");
}

std::string rendered(const PredictResult& result, const Model& model, const OutputOptions& output,
                     const Terminal& terminal) {
  switch (output.format) {
    case Format::json:
      return to_json(result, model);
    case Format::csv:
      return to_csv(result);
    case Format::table:
      break;
  }
  return render_predict(result, view_of(model), view_for(output, terminal));
}

Replacement replacement_of(const PredictArguments& arguments, const SliceMode& mode,
                           const Model& model, int threads) {
  const ReplacementOptions& options = arguments.cut.replacement;
  return {mode,
          options,
          model,
          {.prepend_bos = arguments.prompt.prepend_bos,
           .quiet = arguments.output.quiet,
           .verbose = arguments.output.verbose,
           .seed = options.seed.value_or(ReferenceReading{}.seed),
           .threads = threads}};
}

void run_predict(const PredictArguments& arguments, const Terminal& terminal) {
  const OutputOptions& output = arguments.output;
  check_output(output);
  if (arguments.report.file && arguments.report.file == output.out) {
    throw UsageError("--report and --out name the same file; give different ones");
  }
  check_targets(arguments.target, /*one=*/false);
  const SliceMode mode = chosen_mode(arguments.cut.mode, arguments.cut.replacement);
  const double start = now_seconds();
  const Model model = load_model(arguments.model, output);
  std::vector<Intervention> interventions =
      parse_heads(arguments.cut.heads, model.config().n_layer, model.config().n_head);
  PromptMaker maker(model, arguments.prompt.prepend_bos, output.quiet);
  const Prompt prompt = resolve_prompt(arguments.prompt, maker);
  const std::vector<int> positions = resolve_positions(arguments.cut.at, prompt);
  PredictOptions options = arguments.options;
  const Targets targets = resolve_targets(arguments.target, maker);
  options.targets = targets.targets;
  options.contrast = targets.contrast;
  options.threads = usable_threads(options.threads, output.quiet);
  Replacement replacement = replacement_of(arguments, mode, model, options.threads);
  const SliceMode replaced = replacement.for_prompt(prompt, prompt.tokens.size());
  for (Intervention& intervention : interventions) {
    intervention.positions = positions;
    intervention.mode = replaced;
  }
  Progress progress(terminal.error_is_terminal && !output.no_progress && !output.quiet);
  options.progress = [&progress](int done, int total) { progress.update(done, total); };
  const double loaded = now_seconds();
  const PredictResult result =
      predict(model, prompt, interventions, options, maker.tokenizer_if_any());
  progress.clear();
  write_result(rendered(result, model, output, terminal), output.out);
  if (arguments.report.file) {
    write_page(report::PredictPage{.model = store::summary_of(model), .result = result},
               *arguments.report.file);
  }
  print_run_details(
      output, model,
      {.load_s = loaded - start, .forward_s = now_seconds() - loaded, .analysis_s = 0});
}

}  // namespace

Command declare_predict(CLI::App& root) {
  CLI::App* const app = root.add_subcommand("predict", kDescription);
  app->footer(kExamples);
  const auto arguments = std::make_shared<PredictArguments>();
  declare_targets(*app, arguments->target, /*several=*/true);
  declare_top(*app, arguments->options.top);
  declare_sweep_cut(*app, arguments->cut);
  declare_reference_seed(*app, arguments->cut.replacement);
  declare_model(*app, arguments->model);
  declare_prompt(*app, arguments->prompt);
  declare_output(*app, arguments->output);
  declare_report_file(*app, arguments->report);
  declare_quiet(*app, arguments->output);
  declare_verbose(*app, arguments->output);
  declare_progress(*app, arguments->output);
  declare_threads(*app, arguments->options.threads);
  declare_memory(*app, arguments->options.memory);
  return {app, [arguments](const Terminal& terminal) { run_predict(*arguments, terminal); }};
}

}  // namespace tacet::cli
