#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/database_options.h"
#include "cli/model_input.h"
#include "cli/output.h"
#include "cli/page_pairs.h"
#include "cli/page_source.h"
#include "cli/progress.h"
#include "cli/run_settings.h"
#include "cli/signals.h"
#include "cli/study_folder.h"
#include "cli/study_options.h"
#include "cli/study_repetition.h"
#include "cli/study_table.h"
#include "cli/sweep_run.h"
#include "cli/sweep_selection.h"
#include "store/study_json.h"
#include "tacet/error.h"
#include "tacet/predict.h"

namespace tacet::cli {
namespace {

constexpr const char* kStudyDescription =
    "Put the study's claims to the test: the clean trajectory, every head silenced, and a verdict "
    "on each claim.\n\n"
    "Every claim has a rule that was fixed before any result was seen: it holds, in part, or does "
    "not hold on this model and prompt. The folder takes study.json, report.html, effects.csv and "
    "sweep.db, from which all figures can be computed again. The same command started again goes "
    "on where it was, after an interruption too.\n\n"
    "Without a prompt it reads the demo's.";

constexpr const char* kStudyExamples =
    "Examples:\n"
    "  tacet study --out study\n"
    "  tacet study --out crime --layer 5 \"I told my friend that pineapple on pizza is a crime.\"\n"
    "  tacet study --out control --control rotated:99\n"
    "  tacet study --out mean --mode mean\n"
    "  tacet study --out last --at -1\n"
    "  tacet study --out medium --model ./gpt2-medium --threads 8\n";

/// The states of blocks as they are, whatever --states says: the rules name ln_f's output apart.
SilenceOptions clean_options(const StudyArguments& arguments, bool exclude_first) {
  SilenceOptions options = arguments.silence;
  options.states = StatesKind::block;
  options.exclude_first = options.exclude_first || exclude_first;
  options.threads = usable_threads(options.threads, /*quiet=*/true);
  return options;
}

/// Where and how every head is cut, and the settings that name it.
struct StudyCut {
  Intervention cut;  // its positions and mode
  std::optional<SliceReference> reference;
};

/// The clean means of a trajectory that is in the database, or is computed and put there.
CleanMeans clean_means(const StudyArguments& arguments, const StudyCut& cut, const Model& model,
                       const Prompt& prompt, bool exclude_first, store::SweepDatabase& database) {
  const SilenceOptions options = clean_options(arguments, exclude_first);
  SweepArguments sweep = sweep_of(arguments);
  sweep.options.silence = options;
  const std::int64_t run =
      database.run_of(model, prompt, "", settings_of(sweep, cut.cut.positions, cut.reference));
  if (!database.has_trajectory(run)) {
    const TrajectoryResult result = trajectory(model, prompt, options);
    const SignalDeferral deferral;
    database.write(run, result);
  }
  const store::StoredTrajectory stored = database.trajectory(run).value();
  CleanMeans means;
  for (const TrajectoryRow& row : stored.layers) means.blocks.push_back(row.mean);
  means.final_norm = stored.final_norm.mean;
  return means;
}

/// The rotated pushes, where they are asked for.
std::optional<StudyControls> controls_of(const StudyArguments& arguments, const StudyCut& cut,
                                         const Model& model, const Prompt& prompt,
                                         const Terminal& terminal) {
  if (!arguments.n_controls) return std::nullopt;
  const OutputOptions& output = arguments.output;
  const std::int64_t n = *arguments.n_controls;
  Progress progress(terminal.error_is_terminal && !output.no_progress && !output.quiet,
                    {.amount = static_cast<double>(n * model.config().n_head), .unit = "controls"});
  ControlOptions options;
  options.n = n;
  options.seed = arguments.seed.value_or(options.seed);
  options.memory = arguments.memory;
  options.threads = usable_threads(arguments.silence.threads, /*quiet=*/true);
  options.progress = [&progress](int done, int total) { progress.update(done, total); };
  return run_study_controls(model, prompt, arguments.layer, arguments.silence, options, cut.cut);
}

/// What silencing each head of `outcomes` does to the prediction of the next token.
std::vector<double> divergences_of(const StudyArguments& arguments, const StudyCut& cut,
                                   const Model& model, const Prompt& prompt,
                                   std::span<const SweepOutcome> outcomes,
                                   const Terminal& terminal) {
  const OutputOptions& output = arguments.output;
  Progress progress(terminal.error_is_terminal && !output.no_progress && !output.quiet);
  std::vector<Intervention> interventions;
  for (const SweepOutcome& one : outcomes) {
    interventions.push_back(cut.cut);
    interventions.back().heads = one.heads;
  }
  PredictOptions options;
  options.memory = arguments.memory;
  options.threads = usable_threads(arguments.silence.threads, /*quiet=*/true);
  options.progress = [&progress](int done, int total) { progress.update(done, total); };
  return output_divergences(model, prompt, interventions, std::move(options));
}

/// Judges the claims by what the database holds of the run.
store::StudyListing judge(const StudyArguments& arguments, const StudyCut& cut, const Model& model,
                          const StudyFolder& folder, const SweepPlan& plan,
                          store::SweepDatabase& database, const Terminal& terminal) {
  constexpr std::size_t kFewestTokens = 4;  // with position 0
  store::StudyListing study;
  study.sweep = read_sweep(database, plan.runs, plan.specs);
  study.layer = arguments.layer;
  const store::StoredRun& run = study.sweep.runs.front();
  std::vector<SweepOutcome> outcomes = database.outcomes(run.id);
  std::erase_if(outcomes,
                [&plan](const SweepOutcome& one) { return !plan.specs.contains(one.spec); });
  StudyEvidence evidence;
  evidence.n_layer = run.n_layer;
  evidence.n_head = run.n_head;
  evidence.layer = arguments.layer;
  evidence.alpha = run.settings.alpha;
  evidence.outcomes = outcomes;
  evidence.clean =
      clean_means(arguments, cut, model, run.prompt, /*exclude_first=*/false, database);
  if (run.prompt.tokens.size() >= kFewestTokens) {
    evidence.clean_without_first =
        clean_means(arguments, cut, model, run.prompt, /*exclude_first=*/true, database);
  }
  const std::optional<StudyControls> controls =
      controls_of(arguments, cut, model, run.prompt, terminal);
  if (controls) evidence.controls = &*controls;
  const std::vector<double> divergences =
      divergences_of(arguments, cut, model, run.prompt, outcomes, terminal);
  evidence.divergences = divergences;
  evidence.repetition = repeat_study(arguments, folder, database, run);
  study.claims = judge_claims(evidence);
  {
    const SignalDeferral deferral;
    database.write(run.id, store::checks_of(study));
  }
  write_result(store::effects_csv(outcomes), folder.effects());
  return study;
}

void write_report(const StudyArguments& arguments, const Model& model, const StudyFolder& folder,
                  const SweepPlan& plan, const store::SweepDatabase& database,
                  const store::StudyListing& study, const Terminal& terminal) {
  const OutputOptions& output = arguments.output;
  report::PageContent content = content_of(database, plan.runs, plan.specs);
  content.study = store::study_section(study);
  Progress progress(terminal.error_is_terminal && !output.no_progress && !output.quiet);
  add_pairs(content, model, /*pairs=*/std::nullopt,
            usable_threads(arguments.silence.threads, /*quiet=*/true), progress);
  write_page(content, folder.report());
}

void check_layer(int layer, const ModelConfig& config) {
  if (layer < config.n_layer) return;
  throw UsageError(fmt::format("--layer {}: the model has blocks 0 to {}; choose one of them",
                               layer, config.n_layer - 1));
}

void run_study(const StudyArguments& arguments, const Terminal& terminal) {
  check_study(arguments);
  const OutputOptions& output = arguments.output;
  const Model model = load_model(arguments.model, output);
  check_layer(arguments.layer, model.config());
  const SweepInput input = resolve_study_prompt(arguments, model);
  const SweepArguments sweep = sweep_of(arguments);
  check_cosine(sweep, model);
  Replacement replacement = replacement_of(sweep, model);
  const StudyFolder folder(*output.out);
  auto database = open_for_writing(folder.database(), output.quiet);
  StudyCut cut{.cut = {.heads = {}, .positions = input.positions, .mode = {}},
               .reference = replacement.reference()};
  check_same_study(folder, database, model, input.prompt,
                   settings_of(sweep, input.positions, cut.reference));
  cut.cut.mode = replacement.for_prompt(input.prompt, input.prompt.tokens.size());
  const SweepPlan plan = plan_sweep(sweep, model, {input}, replacement, database);
  carry_out(plan, sweep, model, database, terminal);
  const store::StudyListing study = judge(arguments, cut, model, folder, plan, database, terminal);
  write_report(arguments, model, folder, plan, database, study, terminal);
  // Last of all: who finds study.json finds everything else.
  const std::string json = store::study_json(study);
  write_result(json, folder.json());
  OutputOptions shown = output;
  shown.out.reset();  // the folder; the verdicts go to standard output
  write_to_stdout(output.format == Format::json
                      ? json
                      : render_study(study, folder.name(), view_for(shown, terminal)));
}

}  // namespace

Command declare_study(CLI::App& root) {
  CLI::App* const app = root.add_subcommand("study", kStudyDescription);
  app->footer(kStudyExamples);
  const auto arguments = std::make_shared<StudyArguments>();
  declare_study_options(*app, *arguments);
  return {app, [arguments](const Terminal& terminal) { run_study(*arguments, terminal); }};
}

}  // namespace tacet::cli
