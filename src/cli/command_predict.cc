#include <algorithm>
#include <cstddef>
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
#include "cli/predict_across_table.h"
#include "cli/predict_compare.h"
#include "cli/predict_prompts.h"
#include "cli/predict_table.h"
#include "cli/progress.h"
#include "cli/prompt_input.h"
#include "cli/run_settings.h"
#include "cli/stored_results.h"
#include "cli/target_token.h"
#include "cli/values.h"
#include "cli/variants.h"
#include "store/predict_across_json.h"
#include "tacet/error.h"
#include "tacet/export.h"
#include "tacet/predict.h"

namespace tacet::cli {
namespace {

struct PredictArguments {
  ModelOptions model;
  PromptOptions prompt;
  std::optional<std::string> list;  ///< --prompts
  SweepCutOptions cut;
  TargetOptions target;
  PredictOptions options;
  DatabaseOptions database;
  std::optional<PredictedValue> compare_by;
  OutputOptions output;
  ReportOptions report;
};

constexpr const char* kPredictDescription =
    "See what silencing heads does to the prediction of the next token.\n\n"
    "The model reads the prompt untouched, and once for every intervention of --heads. How likely "
    "is the target after the last token, before and after, on which rank, and how far apart are "
    "its logit and that of a contrast? How much does the whole distribution change, and is "
    "another token the most likely one now?";

constexpr const char* kPredictExamples =
    "Examples:\n"
    "  tacet predict --heads L3H5 --target ' Germany' \"Berlin is the capital of\"\n"
    "  tacet predict --target ' Germany' --contrast ' France' \"Berlin is the capital of\"\n"
    "  tacet predict --heads '5.*' --target ' joke' --at -1 --format csv \"This pizza is a\"\n"
    "  tacet predict --target ' Germany' --mode zero,mean \"Berlin is the capital of\"\n"
    "  tacet predict --target ' Germany' --compare-at all,-1 \"Berlin is the capital of\"\n"
    "  tacet predict --heads L3H5 --target-id 13 --top 10 --token-ids 40,41,42,43\n"
    "  tacet predict --heads L3H5 --target ' a' --target ' the' \"Berlin is the capital of\"\n"
    "  tacet predict --target ' Germany' --report predict.html \"Berlin is the capital of\"\n"
    "  tacet predict --prompts ./prompts.jsonl --db results.db\n"
    "  tacet predict --db results.db -q --target ' Germany' \"Berlin is the capital of\"\n"
    "  tacet predict --db results.db --show --format csv\n"
    "  tacet predict --model ./gpt2 --target ' Germany' \"Berlin is the capital of\"\n";

void declare_top(CLI::App& app, int& top) {
  const auto setter = [&top](const std::string& text) {
    top = parse_int("--top", text, 1, kAnyNumber);
  };
  add_value(app, "--top", "K", setter, "How many of the most likely tokens are named.")
      ->default_str(fmt::format("{}", top))
      ->group("What is predicted");
}

/// `comparison` where several variants are compared.
std::string rendered(const PredictResult& result, const std::optional<Comparison>& comparison,
                     const Model& model, const OutputOptions& output, const Terminal& terminal) {
  switch (output.format) {
    case Format::json:
      return comparison ? to_json(result, *comparison, model) : to_json(result, model);
    case Format::csv:
      return comparison ? to_csv(result, *comparison) : to_csv(result);
    case Format::table:
      break;
  }
  const View view = view_for(output, terminal);
  return comparison ? render_predict_comparison(result, *comparison, view_of(model), view)
                    : render_predict(result, view_of(model), view);
}

ReferenceReading reading_of(const PredictArguments& arguments, int threads) {
  const ReplacementOptions& options = arguments.cut.replacement;
  return {.prepend_bos = arguments.prompt.prepend_bos,
          .quiet = arguments.output.quiet,
          .verbose = arguments.output.verbose,
          .seed = options.seed.value_or(ReferenceReading{}.seed),
          .threads = threads};
}

/// Keeps the result; each of several variants is a run of its own, as in a sweep.
void keep_variants(store::SweepDatabase& database, const std::string& file, const Model& model,
                   const PredictResult& result, std::size_t n_variants, bool quiet) {
  if (n_variants == 1) {
    keep(database, file, model, result, quiet);
    return;
  }
  const auto n = static_cast<std::ptrdiff_t>(result.interventions.size() / n_variants);
  std::vector<store::WrittenRun> written;
  for (auto first = result.interventions.begin(); first != result.interventions.end(); first += n) {
    PredictResult one = result;
    one.interventions.assign(first, first + n);
    written.push_back(keep_one(database, model, one, /*prompt_id=*/"", /*prompt_group=*/""));
  }
  if (!quiet) note_kept(written, file);
}

void run_predict(const PredictArguments& arguments, const Terminal& terminal) {
  const OutputOptions& output = arguments.output;
  check_targets(arguments.target, /*one=*/false);
  const std::vector<CutVariant> variants = cut_variants(arguments.cut);
  check_compare_by(arguments.compare_by, variants, arguments.target);
  const double start = now_seconds();
  const Model model = load_model(arguments.model, output);
  const std::vector<Intervention> named =
      parse_heads(arguments.cut.heads, model.config().n_layer, model.config().n_head);
  PromptMaker maker(model, arguments.prompt.prepend_bos, output.quiet);
  const Prompt prompt = resolve_prompt(arguments.prompt, maker);
  PredictOptions options = arguments.options;
  const Targets targets = resolve_targets(arguments.target, maker);
  options.targets = targets.targets;
  options.contrast = targets.contrast;
  options.threads = usable_threads(options.threads, output.quiet);
  const std::vector<Intervention> interventions =
      interventions_of(variants, named, prompt, model, reading_of(arguments, options.threads));
  const std::optional<std::string>& file = arguments.database.database;
  std::optional<store::SweepDatabase> database;
  if (file) database = open_for_writing(*file, output.quiet);
  Progress progress(terminal.error_is_terminal && !output.no_progress && !output.quiet);
  options.progress = [&progress](int done, int total) { progress.update(done, total); };
  const double loaded = now_seconds();
  const PredictResult result =
      predict(model, prompt, interventions, options, maker.tokenizer_if_any());
  progress.clear();
  if (database) keep_variants(*database, *file, model, result, variants.size(), output.quiet);
  const std::optional<Comparison> comparison =
      comparison_of(result, variants, variants_by(arguments.cut),
                    arguments.compare_by.value_or(PredictedValue::prob));
  write_result(rendered(result, comparison, model, output, terminal), output.out);
  if (arguments.report.file) {
    write_page(content_of(result, comparison, model), *arguments.report.file);
  }
  print_run_details(
      output, model,
      {.load_s = loaded - start, .forward_s = now_seconds() - loaded, .analysis_s = 0});
}

std::string rendered(const store::PredictListing& listing, const Model& model,
                     const OutputOptions& output, const Terminal& terminal) {
  switch (output.format) {
    case Format::json:
      return store::predict_prompts_json(listing, store::summary_of(model));
    case Format::csv:
      return store::predict_prompts_csv(listing);
    case Format::table:
      break;
  }
  return render_predict_prompts(listing, view_of(model), view_for(output, terminal));
}

/// The same for every prompt of --prompts, one after the other.
void run_list(const PredictArguments& arguments, const Terminal& terminal) {
  const OutputOptions& output = arguments.output;
  check_predict_list(arguments.prompt, arguments.target);
  if (arguments.report.file) {
    throw UsageError(
        "--report shows what heads do to one prompt, and --prompts names many; leave one of the "
        "two out");
  }
  const std::vector<CutVariant> variants = cut_variants(arguments.cut);
  check_compare_by(arguments.compare_by, variants, arguments.target);
  if (variants.size() > 1) {
    throw UsageError(
        "--prompts asks one thing of many prompts, and the list of --mode or --compare-at several; "
        "give one of them at a time, or one prompt");
  }
  const SweepCutOptions& cut = variants.front().cut;
  const double start = now_seconds();
  const Model model = load_model(arguments.model, output);
  std::vector<Intervention> interventions =
      parse_heads(arguments.cut.heads, model.config().n_layer, model.config().n_head);
  PromptMaker maker(model, arguments.prompt.prepend_bos, output.quiet);
  const std::vector<PredictQuestion> questions = resolve_questions(
      *arguments.list, cut.at, arguments.target, model.config(), maker, output.quiet);
  PredictOptions options = arguments.options;
  options.threads = usable_threads(options.threads, output.quiet);
  Replacement replacement(cut.mode, cut.replacement, model, reading_of(arguments, options.threads));
  std::size_t longest = 0;
  for (const PredictQuestion& one : questions) {
    longest = std::max(longest, one.prompt.tokens.size());
  }
  const std::optional<std::string>& file = arguments.database.database;
  std::optional<store::SweepDatabase> database;
  if (file) database = open_for_writing(*file, output.quiet);
  Progress progress(terminal.error_is_terminal && !output.no_progress && !output.quiet);
  const double loaded = now_seconds();
  store::PredictListing listing;
  std::vector<store::WrittenRun> written;
  for (const PredictQuestion& one : questions) {
    const SliceMode replaced = replacement.for_prompt(one.prompt, longest);
    for (Intervention& intervention : interventions) {
      intervention.positions = one.positions;
      intervention.mode = replaced;
    }
    options.targets = one.targets.targets;
    options.contrast = one.targets.contrast;
    listing.prompts.push_back(
        predict(model, one.prompt, interventions, options, maker.tokenizer_if_any()));
    listing.ids.push_back(one.id);
    listing.groups.push_back(one.group);
    if (database) {
      written.push_back(keep_one(*database, model, listing.prompts.back(), one.id, one.group));
    }
    progress.update(static_cast<int>(listing.prompts.size()), static_cast<int>(questions.size()));
  }
  progress.clear();
  if (database && !output.quiet) note_kept(written, *file);
  listing.across = predict_across(listing.prompts, listing.groups);
  write_result(rendered(listing, model, output, terminal), output.out);
  print_run_details(
      output, model,
      {.load_s = loaded - start, .forward_s = now_seconds() - loaded, .analysis_s = 0});
}

}  // namespace

Command declare_predict(CLI::App& root) {
  CLI::App* const app = root.add_subcommand("predict", kPredictDescription);
  app->footer(kPredictExamples);
  const auto arguments = std::make_shared<PredictArguments>();
  declare_targets(*app, arguments->target, /*several=*/true);
  declare_top(*app, arguments->options.top);
  declare_compare_by(*app, arguments->compare_by);
  declare_sweep_cut(*app, arguments->cut);
  declare_reference_seed(*app, arguments->cut.replacement);
  declare_database(*app, arguments->database);
  declare_model(*app, arguments->model);
  declare_prompt(*app, arguments->prompt);
  declare_predict_list(*app, arguments->list);
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
              show_predict(arguments->database, arguments->output, terminal);
            } else if (arguments->list) {
              run_list(*arguments, terminal);
            } else {
              run_predict(*arguments, terminal);
            }
          }};
}

}  // namespace tacet::cli
