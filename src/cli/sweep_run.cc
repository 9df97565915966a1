#include "cli/sweep_run.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "cli/output.h"
#include "cli/progress.h"
#include "cli/run_settings.h"
#include "cli/sweep_follow.h"
#include "cli/values.h"
#include "tacet/error.h"
#include "tacet/intervention.h"

namespace tacet::cli {
namespace {

void print_plan(const SweepPlan& plan, const SweepArguments& arguments, const Model& model,
                std::uint64_t memory) {
  if (!arguments.output.verbose) return;
  print_warnings(model);
  print_message("note", fmt::format("{} of {} interventions are in the database already",
                                    plan.n_found, plan.n_found + plan.n_left));
  print_message("note",
                fmt::format("working memory: at most {}{}", format_size(memory),
                            arguments.options.memory == 0 ? ", a quarter of what is free" : ""));
}

}  // namespace

void check_cosine(const SweepArguments& arguments, const Model& model) {
  const SilenceOptions& options = arguments.options.silence;
  const int d_model = model.config().d_model;
  if (options.rogue_dimensions < d_model) return;
  throw UsageError(
      fmt::format("--cosine {} cannot be: of this model's {} dimensions, 1 to {} can be left out",
                  to_string(options.cosine, options.rogue_dimensions), d_model, d_model - 1));
}

Replacement replacement_of(const SweepArguments& arguments, const Model& model,
                           std::shared_ptr<const ReferenceCorpus> corpus) {
  const ReplacementOptions& options = arguments.cut.replacement;
  return {chosen_mode(arguments.cut.mode, options),
          options,
          model,
          {.prepend_bos = arguments.source.prepend_bos,
           .quiet = arguments.output.quiet,
           .verbose = arguments.output.verbose,
           .seed = arguments.store.seed.value_or(ResamplingOptions{}.seed),
           .threads = arguments.options.silence.threads},
          std::move(corpus)};
}

store::RunSettings settings_of(const SweepArguments& arguments, const std::vector<int>& positions,
                               std::optional<SliceReference> reference) {
  const SilenceOptions& options = arguments.options.silence;
  return {.states = options.states,
          .cosine = options.cosine,
          .rogue_dimensions = options.rogue_dimensions,
          .pairs = options.pairs,
          .exclude_first = options.exclude_first,
          .noise_draws = arguments.options.noise_draws,
          .test = options.test,
          .tests_beside = store::tests_beside(options),
          .resampling = options.resampling,
          .alpha = options.alpha,
          .correction = options.correction,
          .family = options.family,
          .mode = chosen_mode(arguments.cut.mode, arguments.cut.replacement),
          .reference = std::move(reference),
          .positions = positions,
          .follow = asked_pairs(arguments.follow)};
}

SweepPlan plan_sweep(const SweepArguments& arguments, const Model& model,
                     const std::vector<SweepInput>& inputs, Replacement& replacement,
                     store::SweepDatabase& database) {
  const ModelConfig& config = model.config();
  const std::vector<Intervention> named =
      parse_heads(arguments.cut.heads, config.n_layer, config.n_head);
  std::size_t longest = 0;
  for (const SweepInput& input : inputs) longest = std::max(longest, input.prompt.tokens.size());
  SweepPlan plan;
  for (const Intervention& one : named) plan.specs.insert(spec_of(one));
  for (const SweepInput& input : inputs) {
    const std::int64_t run = database.run_of(
        model, input.prompt, input.id,
        settings_of(arguments, input.positions, replacement.reference()), input.group);
    const std::set<std::string> finished = database.finished(run);
    SweepPrompt prompt{.prompt = input.prompt, .interventions = {}, .follow = input.follow};
    for (const Intervention& one : named) {
      if (finished.contains(spec_of(one))) continue;
      prompt.interventions.push_back(
          {.heads = one.heads, .positions = input.positions, .mode = {}});
    }
    if (!prompt.interventions.empty()) {
      const SliceMode mode = replacement.for_prompt(input.prompt, longest);
      for (Intervention& one : prompt.interventions) one.mode = mode;
    }
    const auto n_left = static_cast<std::int64_t>(prompt.interventions.size());
    plan.n_left += n_left;
    plan.n_found += static_cast<std::int64_t>(named.size()) - n_left;
    plan.runs.push_back(run);
    const bool has_trajectory = database.has_trajectory(run);
    if (n_left == 0 && has_trajectory) continue;
    plan.prompts.push_back(std::move(prompt));
    plan.targets.push_back({.run = run, .has_trajectory = has_trajectory});
  }
  return plan;
}

void carry_out(const SweepPlan& plan, const SweepArguments& arguments, const Model& model,
               store::SweepDatabase& database, const Terminal& terminal) {
  const OutputOptions& output = arguments.output;
  SweepOptions options = arguments.options;
  if (options.memory == 0) options.memory = default_memory();
  print_plan(plan, arguments, model, options.memory);
  if (plan.prompts.empty()) return;
  options.silence.threads = usable_threads(options.silence.threads, output.quiet);
  SweepWriter writer(database, plan.targets);
  Progress progress(terminal.error_is_terminal && !output.no_progress && !output.quiet,
                    {.amount = static_cast<double>(plan.n_left), .unit = "heads"});
  options.silence.progress = [&](int done, int total) {
    writer.commit();
    progress.update(done, total);
  };
  const double start = now_seconds();
  try {
    sweep(model, plan.prompts, options, writer.sink());
  } catch (const OutputError&) {
    throw;  // nothing more can be written
  } catch (...) {
    writer.commit();  // what was found before the error is kept
    throw;
  }
  writer.commit();
  progress.clear();
  if (!output.verbose) return;
  const double seconds = now_seconds() - start;
  print_message("note", fmt::format("sweep {:.3f} s, {:.1f} interventions a second", seconds,
                                    static_cast<double>(plan.n_left) / seconds));
}

}  // namespace tacet::cli
