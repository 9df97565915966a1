#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/database_options.h"
#include "cli/declare.h"
#include "cli/model_input.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/page_source.h"
#include "cli/patch_input.h"
#include "cli/patch_table.h"
#include "cli/progress.h"
#include "cli/run_settings.h"
#include "cli/stored_results.h"
#include "cli/target_token.h"
#include "report/neighbour_pages.h"
#include "store/result_json.h"
#include "tacet/error.h"
#include "tacet/export.h"
#include "tacet/patch.h"

namespace tacet::cli {
namespace {

struct PatchArguments {
  ModelOptions model;
  PairOptions pairs;
  TargetOptions target;
  PatchOptions options;
  DatabaseOptions database;
  OutputOptions output;
  ReportOptions report;
};

constexpr std::array kBys = {PatchBy::head, PatchBy::head_position, PatchBy::block_position};
constexpr std::array kDirections = {PatchDirection::denoise, PatchDirection::noise};

constexpr const char* kPatchDescription =
    "Find which heads and positions carry the answer from one prompt to another.\n\n"
    "Two prompts of the same length have different answers. The model reads the corrupted one, but "
    "in one place it gets the value that it had while reading the clean one: a head's output, or "
    "the residual stream at one token. How far does that alone bring the clean answer back? The "
    "answer is the logit difference of target and contrast after the last token; 0 % leaves the "
    "corrupted run as it was, 100 % is the clean run's.";

constexpr const char* kPatchExamples =
    "Examples:\n"
    "  tacet patch --clean \"I like Mary\" --corrupt \"I like John\" --target . --contrast ,\n"
    "  tacet patch --clean-ids 5,6,7 --corrupt-ids 5,8,7 --target-id 9 --contrast-id 4\n"
    "  tacet patch --by head,position --direction noise --pairs ./pairs.jsonl\n"
    "  tacet patch --by block,position --report patch.html --pairs ./pairs.jsonl\n"
    "  tacet patch --by block,position --model ./gpt2 --pairs ./pairs.jsonl --format csv\n"
    "  tacet patch --db results.db --direction noise --pairs ./pairs.jsonl\n"
    "  tacet patch --db ./results.db --show --run 2\n";

void declare_cells(CLI::App& app, PatchOptions& options) {
  for (CLI::Option* const option :
       {add_choice<PatchBy>(app, "--by", options.by, kBys,
                            "What is patched, each by itself: a head's output at all tokens, a "
                            "head's output at one token, or the stream that enters a block at one "
                            "token."),
        add_choice<PatchDirection>(
            app, "--direction", options.direction, kDirections,
            "denoise: clean values go into the corrupted run. noise: corrupted values go into the "
            "clean run, and the share is of the way to the corrupted answer.")}) {
    option->group("What is patched");
  }
}

std::string rendered(const PatchResult& result, const Model& model, const OutputOptions& output,
                     const Terminal& terminal) {
  switch (output.format) {
    case Format::json:
      return to_json(result, model);
    case Format::csv:
      return to_csv(result);
    case Format::table:
      break;
  }
  return render_patch(result, view_of(model), view_for(output, terminal));
}

void run_patch(const PatchArguments& arguments, const Terminal& terminal) {
  const OutputOptions& output = arguments.output;
  check_pairs(arguments.pairs, arguments.target);
  const double start = now_seconds();
  const Model model = load_model(arguments.model, output);
  PromptMaker maker(model, arguments.pairs.prepend_bos, output.quiet);
  const std::vector<PatchPair> pairs =
      resolve_pairs(arguments.pairs, arguments.target, model, maker);
  PatchOptions options = arguments.options;
  options.threads = usable_threads(options.threads, output.quiet);
  // What is wrong with the pairs is said before the database is made.
  check_patch(model, pairs, options);
  const std::optional<std::string>& file = arguments.database.database;
  std::optional<store::SweepDatabase> database;
  if (file) database = open_for_writing(*file, output.quiet);
  Progress progress(terminal.error_is_terminal && !output.no_progress && !output.quiet);
  options.progress = [&progress](int done, int total) { progress.update(done, total); };
  const double loaded = now_seconds();
  const PatchResult result = patch(model, pairs, options);
  progress.clear();
  if (database) keep(*database, *file, model, result, output.quiet);
  write_result(rendered(result, model, output, terminal), output.out);
  if (arguments.report.file) {
    write_page(report::PatchPage{.model = store::summary_of(model), .result = result},
               *arguments.report.file);
  }
  print_run_details(
      output, model,
      {.load_s = loaded - start, .forward_s = now_seconds() - loaded, .analysis_s = 0});
}

}  // namespace

Command declare_patch(CLI::App& root) {
  CLI::App* const app = root.add_subcommand("patch", kPatchDescription);
  app->footer(kPatchExamples);
  const auto arguments = std::make_shared<PatchArguments>();
  declare_cells(*app, arguments->options);
  declare_targets(*app, arguments->target, /*several=*/false);
  declare_database(*app, arguments->database);
  declare_model(*app, arguments->model);
  declare_pairs(*app, arguments->pairs);
  declare_output(*app, arguments->output);
  declare_report_file(*app, arguments->report);
  declare_quiet(*app, arguments->output);
  declare_verbose(*app, arguments->output);
  declare_progress(*app, arguments->output);
  declare_threads(*app, arguments->options.threads);
  declare_memory(*app, arguments->options.memory);
  return {app, [arguments, app](const Terminal& terminal) {
            check_output(arguments->output);
            check_database(*app, arguments->database);
            if (arguments->database.show) {
              show_patch(arguments->database, arguments->output, terminal);
            } else {
              run_patch(*arguments, terminal);
            }
          }};
}

}  // namespace tacet::cli
