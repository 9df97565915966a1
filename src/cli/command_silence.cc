#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/control_options.h"
#include "cli/follow.h"
#include "cli/measure_options.h"
#include "cli/model_input.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/page_source.h"
#include "cli/progress.h"
#include "cli/prompt_input.h"
#include "cli/run_settings.h"
#include "cli/silence_summary.h"
#include "tacet/control.h"
#include "tacet/error.h"
#include "tacet/export.h"

namespace tacet::cli {
namespace {

struct SilenceArguments {
  ModelOptions model;
  PromptOptions prompt;
  CutOptions cut;
  std::vector<std::string> follow;
  SilenceOptions options;
  OutputOptions output;
  std::optional<std::int64_t> n_controls;
  std::optional<std::string> dump;
  ReportOptions report;
};

constexpr const char* kSilenceDescription =
    "Silence attention heads and see, block by block, what that does.\n\n"
    "The model reads the prompt twice: untouched, and with the heads' slice of the input of "
    "attn.c_proj changed. For every block the cosine similarity of all pairs of tokens is compared "
    "between the two, pair by pair: are the tokens now more alike (coupling: the head kept them "
    "apart) or less alike (decoupling: the head connected them), and is that more than noise?\n\n"
    "Blocks, heads and positions are counted from 0. The output of block 3 is hidden_states[4] in "
    "Hugging Face's count; tables show both.";

constexpr const char* kSilenceExamples =
    "Examples:\n"
    "  tacet silence --heads L3H5 \"I told my friend that pineapple on pizza is a crime.\"\n"
    "  tacet silence --heads L3H5 --precision double \"Berlin is the capital of\"\n"
    "  tacet silence --heads L3H5 --test all \"Berlin is the capital of\"\n"
    "  tacet silence --heads L3H5 --control rotated:999 \"Berlin is the capital of\"\n"
    "  tacet silence --heads L3H5 --cosine no-rogue:3 --dimensions 5 \"Berlin is the capital of\"\n"
    "  tacet silence --heads L3H5+L4H2 --exclude-first \"Berlin is the capital of\"\n"
    "  tacet silence --layer 3 --head 5 --at 'text: pizza' \"Mary likes pizza and John cheese\"\n"
    "  tacet silence --heads 3.5 --mode scale:0.5 --format json --token-ids 40,41,42,43\n"
    "  tacet silence --heads L3H5 --mode mean \"Berlin is the capital of\"\n"
    "  tacet silence --heads L3H5 --at -1 --pair Mary,pizza \"Mary likes pizza and John cheese\"\n"
    "  echo \"Berlin is the capital of\" | tacet silence --heads 3.5 --prompt-file -\n"
    "  tacet silence --heads L3H5 --report l3h5.html \"Berlin is the capital of\"\n"
    "  tacet silence --model ./gpt2-medium --heads L3H5 \"Berlin is the capital of\"\n";

void check(const SilenceArguments& arguments) {
  check_output(arguments.output);
  if (arguments.n_controls && arguments.output.format == Format::csv) {
    throw UsageError("csv has one row a block and no place for --control; use --format json");
  }
  if (arguments.output.format == Format::csv &&
      (arguments.options.dimensions > 0 || arguments.options.geometry_beside)) {
    throw UsageError(
        fmt::format("{} does not go with --format csv, which has one row for each "
                    "block alone; choose json or table",
                    arguments.options.dimensions > 0 ? "--dimensions" : "--geometry"));
  }
  if (arguments.output.format == Format::csv && !arguments.follow.empty()) {
    throw UsageError("csv has one row a block and no place for --pair; use --format json");
  }
}

std::string rendered(const SilenceResult& result, const std::optional<ControlResult>& control,
                     const Model& model, const SilenceArguments& arguments,
                     const Terminal& terminal) {
  switch (arguments.output.format) {
    case Format::json:
      return control ? to_json(result, *control, model) : to_json(result, model);
    case Format::csv:
      return to_csv(result);
    case Format::table:
      break;
  }
  return render_silence(result, view_of(model), view_for(arguments.output, terminal),
                        control ? &*control : nullptr, arguments.options.geometry_beside);
}

ControlResult run_controls_of(const SilenceResult& result, const Model& model, std::int64_t n,
                              const SilenceOptions& options, bool shows_progress) {
  Progress progress(shows_progress, {.amount = static_cast<double>(n), .unit = "controls"});
  const ControlOptions asked{
      .n = n,
      .seed = options.resampling.seed,
      .memory = 0,
      .threads = options.threads,
      .progress = [&progress](int done, int total) { progress.update(done, total); }};
  return run_controls(model, result, asked);
}

/// The experiment with what --mode puts in, made for this prompt.
SilenceResult run_experiment(const SilenceArguments& arguments, const Model& model,
                             const Prompt& prompt, Intervention intervention,
                             const SilenceOptions& options) {
  const ReplacementOptions& replacement = arguments.cut.replacement;
  const std::uint64_t seed = options.resampling.seed;
  Replacement maker(intervention.mode, replacement, model,
                    {.prepend_bos = arguments.prompt.prepend_bos,
                     .quiet = arguments.output.quiet,
                     .verbose = arguments.output.verbose,
                     .seed = seed,
                     .threads = options.threads});
  if (maker.mode().name == kResample) {
    return silence_resampled(model, prompt, std::move(intervention), maker.corpus(),
                             static_cast<std::size_t>(replacement.draws.value_or(kReferenceDraws)),
                             seed, options);
  }
  intervention.mode = maker.for_prompt(prompt, prompt.tokens.size());
  return silence(model, prompt, intervention, options);
}

void run_silence(const SilenceArguments& arguments, const Terminal& terminal) {
  check(arguments);
  const double start = now_seconds();
  const Model model = load_model(arguments.model, arguments.output);
  const ModelConfig& config = model.config();
  Intervention intervention = resolve_cut(arguments.cut, config.n_layer, config.n_head);
  if (arguments.n_controls) check_controls(intervention, *arguments.n_controls);
  const Prompt prompt = resolve_prompt(arguments.prompt, model, arguments.output.quiet);
  intervention.positions = resolve_positions(arguments.cut.at, prompt);
  SilenceOptions options = arguments.options;
  options.follow = resolve_pairs(arguments.follow, prompt);
  options.threads = usable_threads(options.threads, arguments.output.quiet);
  // A person is told whether the verdict stands up; data has what was asked for.
  if (arguments.output.format == Format::table) {
    if (options.tests_beside.empty()) options.tests_beside = {Test::token_swap};
    options.geometry_beside = true;
  }
  options.keep_states = arguments.dump || arguments.report.file;
  const bool shows_progress =
      terminal.error_is_terminal && !arguments.output.no_progress && !arguments.output.quiet;
  Progress progress(shows_progress);
  options.progress = [&progress](int done, int total) { progress.update(done, total); };
  const double loaded = now_seconds();
  SilenceResult result = run_experiment(arguments, model, prompt, intervention, options);
  result.timing.load_s = loaded - start;
  progress.clear();
  std::optional<ControlResult> control;
  if (arguments.n_controls) {
    control = run_controls_of(result, model, *arguments.n_controls, options, shows_progress);
  }
  if (arguments.dump) write_dump(result, model, *arguments.dump);
  if (arguments.report.file) {
    options.keep_states = false;
    report::PageContent content = content_of(result, model, options);
    if (control) {
      content.control = {.n = control->n,
                         .p_late_delta = control->p_late_delta,
                         .p_growth = control->p_growth,
                         .note = control->note};
    }
    write_page(content, *arguments.report.file);
  }
  write_result(rendered(result, control, model, arguments, terminal), arguments.output.out);
  print_run_details(arguments.output, model, result.timing);
}

}  // namespace

Command declare_silence(CLI::App& root) {
  CLI::App* const app = root.add_subcommand("silence", kSilenceDescription);
  app->footer(kSilenceExamples);
  const auto arguments = std::make_shared<SilenceArguments>();
  declare_cut(*app, arguments->cut);
  declare_reference_draws(*app, arguments->cut.replacement);
  declare_follow(*app, arguments->follow);
  declare_model(*app, arguments->model);
  declare_prompt(*app, arguments->prompt);
  declare_measure(*app, arguments->options);
  declare_geometry(*app, arguments->options);
  declare_precision(*app, arguments->options);
  declare_testing(*app, arguments->options, true);
  declare_resampling(*app, arguments->options.resampling);
  declare_control(*app, arguments->n_controls);
  declare_output(*app, arguments->output);
  declare_dump(*app, arguments->dump,
               "Write states and cosine matrices to FILE as safetensors: clean and silenced "
               "[L+1, M, d_model], cosine.clean and cosine.silenced [L, M, M].");
  declare_report_file(*app, arguments->report);
  declare_quiet(*app, arguments->output);
  declare_verbose(*app, arguments->output);
  declare_progress(*app, arguments->output);
  declare_threads(*app, arguments->options);
  return {app, [arguments](const Terminal& terminal) { run_silence(*arguments, terminal); }};
}

}  // namespace tacet::cli
