#include "cli/page_source.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "cli/database_options.h"
#include "cli/output.h"
#include "cli/page_pairs.h"
#include "cli/sweep_selection.h"
#include "report/page.h"
#include "store/comparison_json.h"
#include "store/result_reader.h"
#include "store/study_json.h"
#include "tacet/error.h"
#include "tacet/intervention.h"
#include "tacet/pairs.h"

namespace tacet::cli {
namespace {

using report::PageContent;
using report::PagePrompt;
using store::StoredRun;

std::vector<Test> tests_beside_of(const SilenceResult& result) {
  std::vector<Test> tests;
  for (const TestResult& test : result.layers.front().tests) {
    if (test.name != result.test.name) tests.push_back(test.name);
  }
  return tests;
}

store::RunSettings settings_of(const SilenceResult& result) {
  SliceMode mode = result.intervention.mode;
  std::optional<SliceReference> reference;
  if (mode.values) reference = mode.values->reference();
  mode.values = nullptr;
  return {.states = result.states,
          .cosine = result.cosine,
          .rogue_dimensions = result.rogue_dimensions,
          .pairs = result.pairs,
          .exclude_first = result.exclude_first,
          .test = result.test.name,
          .tests_beside = tests_beside_of(result),
          .resampling = {},
          .alpha = result.test.alpha,
          .correction = result.test.correction,
          .family = result.test.family,
          .mode = std::move(mode),
          .reference = std::move(reference),
          .positions = result.intervention.positions};
}

/// What only pages of silenced heads have.
void refuse_model_options(const PageSource& source, const char* command) {
  for (const auto& [option, value] :
       {std::pair{"--pairs", source.pairs}, std::pair{"--model", source.model},
        std::pair{"--revision", source.revision}}) {
    if (value) {
      throw UsageError(fmt::format(
          "{} means nothing for the results of {}, which have no matrices of pairs; leave it out",
          option, command));
    }
  }
}

AnyContent page_of(store::StoredSilence silence, const PageSource& source) {
  if (source.heads) {
    const std::vector<Intervention> named =
        parse_heads(*source.heads, silence.run.n_layer, silence.run.n_head);
    if (named.size() != 1 || named.front().heads != silence.outcome.heads) {
      throw UsageError(fmt::format("--heads names other heads than the file, which holds {}",
                                   silence.outcome.spec));
    }
  }
  PageContent content;
  PagePrompt prompt;
  prompt.run = std::move(silence.run);
  prompt.outcomes.push_back(std::move(silence.outcome));
  content.prompts.push_back(std::move(prompt));
  content.control = std::move(silence.control);
  return content;
}

AnyContent page_of(store::PredictDocument stored, const PageSource& source) {
  refuse_model_options(source, "predict");
  report::PredictPage page{.model = std::move(stored.model),
                           .result = std::move(stored.result),
                           .comparison = std::move(stored.comparison)};
  if (!source.heads) return page;
  for (const Intervention& one :
       parse_heads(*source.heads, page.model.n_layer, page.model.n_head)) {
    const bool is_there =
        std::ranges::any_of(page.result.interventions, [&one](const SilencedPrediction& silenced) {
          return silenced.intervention.heads == one.heads;
        });
    if (!is_there) {
      throw UsageError(fmt::format(
          "--heads names {}, which the file does not hold; choose of those that were silenced",
          spec_of(one)));
    }
    page.chosen.push_back(spec_of(one));
  }
  return page;
}

AnyContent page_of(store::PatchDocument stored, const PageSource& source) {
  refuse_model_options(source, "patch");
  report::PatchPage page{.model = std::move(stored.model), .result = std::move(stored.result)};
  if (!source.heads) return page;
  if (page.result.by == PatchBy::block_position) {
    throw UsageError("--heads names heads, but the file's places are blocks; leave it out");
  }
  for (const Intervention& one :
       parse_heads(*source.heads, page.model.n_layer, page.model.n_head)) {
    page.chosen.insert(page.chosen.end(), one.heads.begin(), one.heads.end());
  }
  return page;
}

/// The experiment of the run that is shown.
store::Experiment experiment_of(const store::SweepDatabase& database, std::optional<int> run,
                                std::optional<store::Experiment> wanted) {
  if (!run && wanted) return *wanted;
  for (const store::Experiment one :
       {store::Experiment::sweep, store::Experiment::predict, store::Experiment::patch}) {
    const std::vector<store::RunHeader> runs = database.runs_of(one);
    const bool has =
        run ? std::ranges::find(runs, std::int64_t{*run}, &store::RunHeader::id) != runs.end()
            : !runs.empty();
    if (has) return one;
  }
  return store::Experiment::sweep;
}

AnyContent read_database(const PageSource& source, std::optional<store::Experiment> wanted) {
  const auto database = store::SweepDatabase::open_for_reading(*source.database);
  const store::Experiment experiment = experiment_of(database, source.run, wanted);
  switch (experiment) {
    case store::Experiment::predict: {
      store::StoredPredict stored =
          database.predict(choose_run(database, experiment, source.run).id);
      return page_of(store::PredictDocument{.model = std::move(stored.run.model),
                                            .result = std::move(stored.result),
                                            .comparison = nullptr},
                     source);
    }
    case store::Experiment::patch: {
      store::StoredPatch stored = database.patch(choose_run(database, experiment, source.run).id);
      return page_of(store::PatchDocument{.model = std::move(stored.run.model),
                                          .result = std::move(stored.result)},
                     source);
    }
    case store::Experiment::sweep:
      break;
  }
  return content_of(database, source.run, source.heads);
}

}  // namespace

PageContent content_of(const store::SweepDatabase& database, std::optional<int> run,
                       const std::optional<std::string>& heads) {
  const SweepSelection selection = select_runs(database, run, std::nullopt);
  PageContent content = content_of(database, selection.ids, selection.specs);
  content.left_out = selection.remarks;
  if (!heads) return content;
  const StoredRun& first = content.prompts.front().run;
  for (const Intervention& one : parse_heads(*heads, first.n_layer, first.n_head)) {
    const std::string spec = spec_of(one);
    if (!selection.specs.contains(spec)) {
      throw UsageError(fmt::format(
          "--heads names {}, which the run does not hold; choose of those that were silenced",
          spec));
    }
    content.chosen.push_back(spec);
  }
  return content;
}

PageContent content_of(const store::SweepDatabase& database, const std::vector<std::int64_t>& runs,
                       const std::set<std::string>& specs) {
  PageContent content;
  const std::vector<StoredRun> all = database.runs();
  for (const std::int64_t id : runs) {
    PagePrompt prompt;
    prompt.run = *std::ranges::find(all, id, &StoredRun::id);
    prompt.outcomes = database.outcomes(id);
    std::erase_if(prompt.outcomes,
                  [&specs](const SweepOutcome& one) { return !specs.contains(one.spec); });
    prompt.trajectory = database.trajectory(id);
    content.prompts.push_back(std::move(prompt));
    // A study is of one run; its page begins with the claims.
    if (content.study.is_null()) content.study = store::study_section(database.checks(id));
  }
  return content;
}

PageContent content_of(const SilenceResult& result, const Model& model,
                       const SilenceOptions& options) {
  PagePrompt prompt;
  prompt.run = {.id = 0,
                .prompt_id = "",
                .prompt_group = "",
                .prompt = result.prompt,
                .settings = settings_of(result),
                .model_id = model.id(),
                .model_fingerprint = model.fingerprint(),
                .model_dtype = model.dtype(),
                .model_sha256 = model.sha256(),
                .model_official = model.official(),
                .n_layer = model.config().n_layer,
                .n_head = model.config().n_head,
                .d_model = model.config().d_model,
                .tool_version = "",
                .n_interventions = 1};
  prompt.outcomes.push_back(outcome_of(result));
  prompt.trajectory = clean_trajectory(model, result.prompt, options);
  PageContent content;
  const std::size_t n_tokens = result.prompt.tokens.size();
  if (2 * report::pair_values(prompt.run) <= report::kMostPairValues) {
    prompt.pairs.push_back(
        {.spec = prompt.outcomes.front().spec, .matrices = pair_matrices(result)});
  } else {
    content.left_out.push_back(fmt::format(
        "The matrices of pairs are left out: {} tokens have more pairs than a page has room for; "
        "--dump writes them.",
        n_tokens));
  }
  content.prompts.push_back(std::move(prompt));
  return content;
}

report::PredictPage content_of(const PredictResult& result,
                               const std::optional<Comparison>& comparison, const Model& model) {
  report::PredictPage page{.model = store::summary_of(model), .result = result};
  if (comparison) {
    const nlohmann::json json = store::comparison_json(*comparison);
    page.comparison = store::read_comparison({json, "", "comparison"});
  }
  return page;
}

AnyContent read_content(const PageSource& source, std::optional<store::Experiment> wanted) {
  if (source.database && source.json) {
    throw UsageError("--db and --json both name results; give one of the two");
  }
  if (source.database) return read_database(source, wanted);
  if (!source.json) {
    throw UsageError(
        "no results are named; give --db FILE, a sweep's database, or --json FILE, the JSON of "
        "tacet silence, predict or patch");
  }
  if (source.run) throw UsageError("--run chooses a run of a database; leave it out with --json");
  return std::visit(
      [&source](auto&& stored) { return page_of(std::forward<decltype(stored)>(stored), source); },
      store::read_result_json(*source.json));
}

void write_page(const PageContent& content, const std::string& file) {
  const StoredRun& run = content.prompts.front().run;
  std::string title = content.title;
  if (title.empty()) {
    title = content.prompts.size() > 1 ? fmt::format("tacet: {} prompts", content.prompts.size())
                                       : "tacet: " + run.prompt.text;
  }
  write_result(report::page(report::page_data(content), title), file);
}

void write_page(const report::PredictPage& content, const std::string& file) {
  const std::string title =
      content.title.empty() ? "tacet predict: " + content.result.prompt.text : content.title;
  write_result(report::page(report::page_data(content), title), file);
}

void write_page(const report::PatchPage& content, const std::string& file) {
  std::string title = content.title;
  if (title.empty()) {
    const std::vector<PairRun>& pairs = content.result.pairs;
    title = pairs.size() > 1 ? fmt::format("tacet patch: {} pairs", pairs.size())
                             : "tacet patch: " + pairs.front().pair.clean.text;
  }
  write_result(report::page(report::page_data(content), title), file);
}

}  // namespace tacet::cli
