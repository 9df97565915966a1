#include "cli/study_options.h"

#include <array>
#include <limits>
#include <span>

#include <fmt/format.h>

#include "cli/choices.h"
#include "cli/control_options.h"
#include "cli/declare.h"
#include "cli/measure_options.h"
#include "cli/values.h"
#include "tacet/error.h"

namespace tacet::cli {
namespace {

constexpr std::array kStudyFormats = {Format::table, Format::json};

void declare_results(CLI::App& app, StudyArguments& arguments) {
  const auto set_layer = [&arguments](const std::string& text) {
    arguments.layer = parse_int("--layer", text, 0, std::numeric_limits<int>::max());
  };
  add_value(app, "--layer", "N", set_layer,
            "The block whose heads the claims about one block are judged by. The block below is "
            "judged as well: the study may have counted hidden_states.")
      ->default_str(fmt::format("{}", arguments.layer))
      ->group("What is judged");
  OutputOptions& output = arguments.output;
  for (CLI::Option* const option :
       {add_text(app, "-o,--out", "FOLDER", output.out,
                 "The folder for study.json, report.html, effects.csv and sweep.db; needed, and "
                 "made when it is not there. What is in it already is not computed again."),
        add_choice<Format>(app, "--format", output.format, kStudyFormats,
                           "What is printed: a table to read, or the text of study.json."),
        add_choice<ColorMode>(app, "--color", output.color, kColorModes,
                              "Whether to colour the table; auto does on a terminal, unless "
                              "NO_COLOR is set or TERM is dumb."),
        add_flag(app, "-v,--verbose", output.verbose,
                 "Each claim's rule too, and on standard error the time taken.")}) {
    option->group("Output and running");
  }
}

}  // namespace

void declare_study_options(CLI::App& app, StudyArguments& arguments) {
  declare_results(app, arguments);
  declare_model(app, arguments.model);
  declare_prompt(app, arguments.prompt);
  declare_study_cut(app, arguments.cut);
  declare_measure(app, arguments.silence);
  declare_noise_floor(app, arguments.noise_draws);
  declare_testing(app, arguments.silence);
  declare_study_control(app, arguments.n_controls, arguments.seed);
  declare_quiet(app, arguments.output);
  declare_progress(app, arguments.output);
  declare_threads(app, arguments.silence);
  declare_memory(app, arguments.memory);
}

void check_study(const StudyArguments& arguments) {
  check_output(arguments.output);
  if (!arguments.output.out || arguments.output.out->empty()) {
    throw UsageError("no folder is named; give --out FOLDER, which takes the study's files");
  }
  const SliceMode mode = chosen_mode(arguments.cut.mode, arguments.cut.replacement);
  if (arguments.seed && !arguments.n_controls && mode.name != kResample) {
    throw UsageError(
        "--seed is of the directions of --control and of the prompt of --mode resample; give "
        "--control rotated:N too");
  }
  if (arguments.cut.replacement.reference == "-") {
    throw UsageError(
        "--reference - cannot be: the study is made again in a second process, which reads the "
        "prompts too; put them in a file");
  }
  const SilenceOptions& silence = arguments.silence;
  if (arguments.n_controls && silence.family == Family::sweep &&
      (silence.correction == Correction::holm || silence.correction == Correction::bh)) {
    throw UsageError(
        fmt::format("--control does not go with --correction {} over --family sweep, which takes "
                    "the p-values of all heads; use bonferroni, or another family",
                    to_string(silence.correction)));
  }
  const PromptOptions& prompt = arguments.prompt;
  if ((prompt.text ? 1 : 0) + (prompt.file ? 1 : 0) + (prompt.token_ids ? 1 : 0) > 1) {
    throw UsageError(
        "the prompt is given in several ways; give one of PROMPT, --prompt-file FILE and "
        "--token-ids IDS");
  }
}

SweepArguments sweep_of(const StudyArguments& arguments) {
  SweepArguments sweep;
  sweep.model = arguments.model;
  sweep.options.silence = arguments.silence;
  // Beside the study's own test, the one that says whether a claim stands up.
  sweep.options.silence.tests_beside = {Test::token_swap};
  sweep.cut = arguments.cut;
  sweep.source.prepend_bos = arguments.prompt.prepend_bos;
  // One seed for all that is drawn: the sweep of the second process has but one too.
  if (sweep.cut.mode.name == kResample && arguments.seed) {
    sweep.store.seed = arguments.seed;
    sweep.options.silence.resampling.seed = *arguments.seed;
  }
  sweep.options.noise_draws = arguments.noise_draws;
  sweep.options.memory = arguments.memory;
  sweep.output = arguments.output;
  return sweep;
}

SweepInput resolve_study_prompt(const StudyArguments& arguments, const Model& model) {
  const PromptOptions& prompt = arguments.prompt;
  SweepSource source;
  source.file = prompt.file;
  source.token_ids = prompt.token_ids;
  source.prepend_bos = prompt.prepend_bos;
  if (!prompt.file && !prompt.token_ids) source.texts = {prompt.text.value_or(kStudyPrompt)};
  return resolve_inputs(source, arguments.cut.at, arguments.silence.exclude_first, model,
                        arguments.output.quiet)
      .front();
}

}  // namespace tacet::cli
