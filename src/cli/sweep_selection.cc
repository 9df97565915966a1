#include "cli/sweep_selection.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/run_list.h"
#include "cli/sweep_follow.h"
#include "tacet/error.h"
#include "tacet/intervention.h"

namespace tacet::cli {
namespace {

using store::RunSettings;
using store::StoredRun;

const StoredRun& find_run(const std::vector<StoredRun>& runs, std::int64_t id) {
  const auto found = std::ranges::find(runs, id, &StoredRun::id);
  if (found != runs.end()) return *found;
  std::vector<std::int64_t> ids;
  ids.reserve(runs.size());
  for (const StoredRun& run : runs) ids.push_back(run.id);
  throw InputError(fmt::format("the database has no run {} of a sweep; its runs of one are {}", id,
                               ids.empty() ? "none" : fmt::format("{}", fmt::join(ids, ", "))));
}

bool same_prompt(const StoredRun& a, const StoredRun& b) {
  return std::ranges::equal(a.prompt.tokens, b.prompt.tokens, {}, &Token::id, &Token::id);
}

/// Whether two runs differ in the prompt alone. Where not all tokens are touched, the positions are
/// a matter of each prompt: one --at can name others in each.
bool belong_together(const StoredRun& a, const StoredRun& b) {
  RunSettings settings = b.settings;
  if (settings.positions.empty() == a.settings.positions.empty()) {
    settings.positions = a.settings.positions;
  }
  return a.model_fingerprint == b.model_fingerprint && a.tool_version == b.tool_version &&
         settings == a.settings;
}

std::set<std::string> specs_of(const std::string& heads, const StoredRun& run) {
  std::set<std::string> specs;
  for (const Intervention& one : parse_heads(heads, run.n_layer, run.n_head)) {
    specs.insert(spec_of(one));
  }
  return specs;
}

bool holds(const store::SweepDatabase& database, std::int64_t run,
           const std::set<std::string>& specs) {
  return std::ranges::includes(database.finished(run), specs);
}

/// The tests that a run was made with, the one that decides first.
std::vector<Test> tests_of(const RunSettings& settings) {
  std::vector<Test> tests = {settings.test};
  tests.insert(tests.end(), settings.tests_beside.begin(), settings.tests_beside.end());
  return tests;
}

void check_made(const StoredRun& run, const std::vector<Test>& made, Test test) {
  if (std::ranges::find(made, test) != made.end()) return;
  std::vector<std::string_view> names;
  for (const Test one : made) names.push_back(to_string(one));
  throw InputError(fmt::format(
      "run {} was tested by {} and not by {}; make the sweep again with --test {},{}", run.id,
      fmt::join(names, ", "), to_string(test), to_string(run.settings.test), to_string(test)));
}

/// The first of the runs that hold the most.
const StoredRun& fullest(const std::vector<const StoredRun*>& runs) {
  return **std::ranges::max_element(runs, {},
                                    [](const StoredRun* run) { return run->n_interventions; });
}

}  // namespace

namespace {

void add_noise(const std::vector<SweepOutcome>& outcomes, std::optional<store::SweepNoise>& sum) {
  if (!sum) sum.emplace();
  for (const SweepOutcome& one : outcomes) {
    for (const LayerEffect& row : one.layers) {
      sum->floor = std::max(sum->floor, row.noise_floor.value_or(0));
      if (row.significant) ++sum->n_significant;
      if (row.near_noise.value_or(false)) ++sum->n_near;
    }
  }
}

}  // namespace

store::SweepListing read_sweep(const store::SweepDatabase& database,
                               const std::vector<std::int64_t>& ids,
                               const std::set<std::string>& specs, std::optional<Test> test) {
  store::SweepListing listing;
  std::map<Test, std::vector<SweepSummary>> beside;
  const std::vector<StoredRun> runs = database.runs();
  for (const std::int64_t id : ids) {
    const StoredRun& run = find_run(runs, id);
    std::vector<SweepOutcome> outcomes = database.outcomes(id);
    std::erase_if(outcomes,
                  [&specs](const SweepOutcome& one) { return !specs.contains(one.spec); });
    if (outcomes.size() != specs.size()) {
      throw InputError(
          fmt::format("run {} holds {} of {} interventions asked for; make the sweep first", id,
                      outcomes.size(), specs.size()));
    }
    const auto summary_by = [&](Test by) {
      if (by == run.settings.test) {
        return summarise(outcomes, run.n_layer, run.n_head, run.settings.alpha, Correction::bh);
      }
      std::vector<SweepOutcome> decided;
      decided.reserve(outcomes.size());
      for (const SweepOutcome& one : outcomes) decided.push_back(decided_by(one, by));
      return summarise(decided, run.n_layer, run.n_head, run.settings.alpha, Correction::bh);
    };
    const std::vector<Test> made = tests_of(run.settings);
    const Test chosen = test.value_or(run.settings.test);
    check_made(run, made, chosen);
    if (run.settings.noise_draws > 0) {
      std::vector<SweepOutcome> decided = outcomes;
      if (chosen != run.settings.test) {
        for (SweepOutcome& one : decided) one = decided_by(std::move(one), chosen);
      }
      add_noise(decided, listing.noise);
    }
    for (const Test by : made) {
      if (by == chosen) {
        listing.per_run.push_back(summary_by(by));
      } else {
        beside[by].push_back(summary_by(by));
      }
    }
    listing.runs.push_back(run);
    listing.runs.back().settings.test = chosen;
    if (ids.size() > 1) listing.effects.push_back(prompt_effects(outcomes));
    add_followed(listing, run, outcomes);
  }
  listing.summary = summarise(listing.per_run);
  for (const auto& [by, summaries] : beside) {
    if (summaries.size() == listing.runs.size()) {
      listing.beside.emplace_back(by, summarise(summaries));
    }
  }
  return listing;
}

SweepSelection select_runs(const store::SweepDatabase& database, std::optional<std::int64_t> id,
                           const std::optional<std::string>& heads) {
  SweepSelection selection;
  const std::vector<StoredRun> runs = database.runs();
  const auto filled =
      std::ranges::find_if(runs, [](const StoredRun& run) { return run.n_interventions > 0; });
  if (filled == runs.end())
    throw InputError("the database holds no results of a sweep yet; make one");
  if (id) {
    const StoredRun& run = find_run(runs, *id);
    selection.ids = {run.id};
    selection.specs = heads ? specs_of(*heads, run) : database.finished(run.id);
    if (selection.specs.empty()) {
      throw InputError(fmt::format("run {} holds no results yet; make the sweep first", run.id));
    }
    return selection;
  }
  std::vector<const StoredRun*> group;
  std::vector<std::int64_t> others;
  for (const StoredRun& run : runs) {
    const bool is_repeated = std::ranges::any_of(
        group, [&run](const StoredRun* member) { return same_prompt(*member, run); });
    if (belong_together(*filled, run) && !is_repeated) {
      group.push_back(&run);
    } else if (run.n_interventions > 0) {  // a study keeps a trajectory in a run of its own
      others.push_back(run.id);
    }
  }
  const StoredRun& first = fullest(group);
  selection.specs = heads ? specs_of(*heads, first) : database.finished(first.id);
  std::vector<std::int64_t> unfinished;
  for (const StoredRun* const run : group) {
    (holds(database, run->id, selection.specs) ? selection.ids : unfinished).push_back(run->id);
  }
  if (selection.ids.empty()) {
    throw InputError(fmt::format("no run holds all of {}; make the sweep first", *heads));
  }
  if (!unfinished.empty()) {
    selection.remarks.push_back(
        fmt::format("Left out: {}, without some of the interventions shown; --run or --heads shows "
                    "what is there.",
                    run_names(unfinished)));
  }
  if (std::ranges::any_of(group, [&first](const StoredRun* run) {
        return run->settings.positions != first.settings.positions;
      })) {
    selection.remarks.push_back(
        "The runs do not all touch the same positions; --run shows one by itself.");
  }
  if (!others.empty()) {
    selection.remarks.push_back(
        fmt::format("Of another model or other settings: {}; --run shows one.", run_names(others)));
  }
  return selection;
}

SweepSelection select_group(const store::SweepDatabase& database,
                            const std::vector<std::int64_t>& ids,
                            const std::optional<std::string>& heads) {
  if (ids.size() == 1) return select_runs(database, ids.front(), heads);
  const std::vector<StoredRun> runs = database.runs();
  std::vector<const StoredRun*> group;
  SweepSelection selection;
  for (const std::int64_t id : ids) {
    const StoredRun& run = find_run(runs, id);
    for (const StoredRun* const other : group) {
      if (belong_together(*other, run) && !same_prompt(*other, run)) continue;
      throw InputError(fmt::format(
          "runs {} and {} cannot be shown together: they have {}; a comma compares them ({},{})",
          other->id, run.id,
          belong_together(*other, run) ? "the same prompt" : "another model or other settings",
          other->id, run.id));
    }
    group.push_back(&run);
    std::set<std::string> there = database.finished(id);
    if (heads) there = specs_of(*heads, run);
    if (group.size() == 1) {
      selection.specs = std::move(there);
    } else {
      std::erase_if(selection.specs,
                    [&there](const std::string& spec) { return !there.contains(spec); });
    }
  }
  if (selection.specs.empty()) {
    throw InputError(
        fmt::format("{} hold no interventions in common; make the sweep first", run_names(ids)));
  }
  selection.ids = ids;
  return selection;
}

}  // namespace tacet::cli
