#include "cli/page_pairs.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/model_input.h"
#include "tacet/error.h"
#include "tacet/intervention.h"
#include "tacet/pairs.h"
#include "tacet/reference.h"

namespace tacet::cli {
namespace {

using report::PageContent;
using report::PagePrompt;
using store::StoredRun;

/// The options that give a run's numbers again.
SilenceOptions options_of(const store::RunSettings& settings, int threads) {
  SilenceOptions options;
  options.states = settings.states;
  options.alpha = settings.alpha;
  options.correction = settings.correction;
  options.test = settings.test;
  options.tests_beside = settings.tests_beside;
  options.resampling = settings.resampling;
  options.family = settings.family;
  options.pairs = settings.pairs;
  options.cosine = settings.cosine;
  options.rogue_dimensions = settings.rogue_dimensions;
  options.exclude_first = settings.exclude_first;
  options.threads = threads;
  return options;
}

/// The specs of the heads whose late change is the largest, the mean over the prompts.
std::vector<std::string> strongest_pairs(const PageContent& content) {
  std::map<std::string, double> sums;
  for (const PagePrompt& prompt : content.prompts) {
    for (const SweepOutcome& one : prompt.outcomes) sums[one.spec] += one.ripple.late_delta;
  }
  std::vector<std::pair<std::string, double>> order(sums.begin(), sums.end());
  std::ranges::stable_sort(order, std::ranges::greater(),
                           [](const auto& one) { return std::abs(one.second); });
  order.resize(std::min(order.size(), kDefaultPairs));
  std::vector<std::string> specs;
  for (auto& [spec, sum] : order) specs.push_back(std::move(spec));
  return specs;
}

/// The specs that `pairs` names. Throws UsageError for one that no prompt has.
std::vector<std::string> named(const PageContent& content, const std::string& pairs) {
  const StoredRun& run = content.prompts.front().run;
  std::vector<std::string> specs;
  for (const Intervention& one : parse_heads(pairs, run.n_layer, run.n_head)) {
    specs.push_back(spec_of(one));
    const bool there = std::ranges::any_of(content.prompts, [&](const PagePrompt& prompt) {
      return std::ranges::find(prompt.outcomes, specs.back(), &SweepOutcome::spec) !=
             prompt.outcomes.end();
    });
    if (there) continue;
    throw UsageError(fmt::format(
        "--pairs names {}, which is not among the results; choose of those that were silenced",
        specs.back()));
  }
  return specs;
}

/// What is to be computed: a head on a prompt.
struct Task {
  PagePrompt* prompt;
  const SweepOutcome* outcome;
};

/// The matrices that a page has room for, prompt by prompt, the strongest heads first.
std::vector<Task> tasks_of(PageContent& content, const std::optional<std::string>& pairs) {
  const std::vector<std::string> specs = pairs ? named(content, *pairs) : strongest_pairs(content);
  std::vector<Task> tasks;
  std::size_t room = report::kMostPairValues;
  std::size_t left_out = 0;
  for (std::size_t p = 0; p < content.prompts.size(); ++p) {
    PagePrompt& prompt = content.prompts[p];
    if (!pairs && p == kDefaultPairsPrompts) {
      content.left_out.push_back(
          fmt::format("The matrices of pairs are those of the first {} prompts; --pairs SPEC asks "
                      "for them by name, for all prompts.",
                      kDefaultPairsPrompts));
      break;
    }
    bool is_first = true;
    for (const std::string& spec : specs) {
      const auto outcome = std::ranges::find(prompt.outcomes, spec, &SweepOutcome::spec);
      if (outcome == prompt.outcomes.end()) continue;
      // The clean matrices come with the first.
      const std::size_t size = report::pair_values(prompt.run) * (is_first ? 2 : 1);
      if (size > room) {
        ++left_out;
        continue;
      }
      room -= size;
      is_first = false;
      tasks.push_back({&prompt, &*outcome});
    }
  }
  if (left_out > 0) {
    content.left_out.push_back(fmt::format(
        "{} matrices of pairs have no room in one page and are left out; name fewer heads with "
        "--pairs, or one prompt with --run.",
        left_out));
  }
  return tasks;
}

/// Whether the run's slices became values that its settings alone do not give again.
bool lacks_values(const PagePrompt& prompt) {
  const SliceMode& mode = prompt.run.settings.mode;
  return mode.kind == SliceKind::values && mode.name != kKeepsValueBias;
}

SliceMode mode_of(const store::RunSettings& settings, const Model& model) {
  if (settings.mode.kind == SliceKind::values) return replace_by(value_bias(model));
  return settings.mode;
}

void add_matrices(const Task& task, const Model& model, int threads) {
  const StoredRun& run = task.prompt->run;
  SilenceOptions options = options_of(run.settings, threads);
  options.keep_states = true;
  const Intervention intervention{.heads = task.outcome->heads,
                                  .positions = run.settings.positions,
                                  .mode = mode_of(run.settings, model)};
  task.prompt->pairs.push_back(
      {.spec = task.outcome->spec,
       .matrices = pair_matrices(silence(model, run.prompt, intervention, options))});
}

/// Sentences about what only the model could have given.
void leave_out(PageContent& content, const std::string& why) {
  content.left_out.push_back("The matrices of pairs are left out: " + why);
  if (std::ranges::all_of(content.prompts,
                          [](const PagePrompt& one) { return one.trajectory.has_value(); })) {
    return;
  }
  content.left_out.push_back(
      "The clean model's trajectory is left out: it is not among the "
      "results, and " +
      why);
}

}  // namespace

store::StoredTrajectory clean_trajectory(const Model& model, const Prompt& prompt,
                                         const SilenceOptions& options) {
  TrajectoryResult result = trajectory(model, prompt, options);
  return {.embedding = result.embedding,
          .layers = std::move(result.layers),
          .final_norm = result.final_norm};
}

void add_pairs(PageContent& content, const Model& model, const std::optional<std::string>& pairs,
               int threads, Progress& progress) {
  std::vector<Task> tasks = tasks_of(content, pairs);
  if (std::erase_if(tasks, [](const Task& task) { return lacks_values(*task.prompt); }) > 0) {
    content.left_out.push_back(
        "The matrices of pairs are left out: what the heads became comes from a corpus of prompts, "
        "which is not among the results.");
  }
  int done = 0;
  for (PagePrompt& prompt : content.prompts) {
    if (prompt.trajectory) continue;
    prompt.trajectory =
        clean_trajectory(model, prompt.run.prompt, options_of(prompt.run.settings, threads));
  }
  for (const Task& task : tasks) {
    add_matrices(task, model, threads);
    progress.update(++done, static_cast<int>(tasks.size()));
  }
  progress.clear();
}

void add_pairs(PageContent& content, const PageSource& source, int threads, Progress& progress) {
  if (source.pairs == "none") {
    leave_out(content, "--pairs none asked for it.");
    return;
  }
  const StoredRun& run = content.prompts.front().run;
  OutputOptions quietly;
  quietly.quiet = true;
  std::optional<Model> model;
  try {
    model.emplace(load_model(
        {.model = source.model.value_or(run.model_id), .revision = source.revision}, quietly));
  } catch (const ModelError& error) {
    if (source.model || source.revision || source.pairs) throw;
    leave_out(content, fmt::format("the model '{}' is not there any more; name it with --model.",
                                   run.model_id));
    return;
  }
  if (model->fingerprint() != run.model_fingerprint) {
    const std::string difference = fmt::format(
        "the model '{}' has the fingerprint {}, and the results are of {}",
        source.model.value_or(run.model_id), model->fingerprint(), run.model_fingerprint);
    if (source.model || source.revision || source.pairs) {
      throw UsageError(difference + "; name the one that they were made with");
    }
    leave_out(content, difference + ".");
    return;
  }
  add_pairs(content, *model, source.pairs, threads, progress);
}

}  // namespace tacet::cli
