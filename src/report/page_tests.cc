#include "report/page_tests.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "report/page_columns.h"

namespace tacet::report {

using store::Json;
using store::ObjectBuilder;

namespace {

BesideTest decided_by_test(const std::vector<PagePrompt>& prompts, Test test, bool full) {
  BesideTest result;
  result.test = test;
  result.columns = Json::array();
  for (const PagePrompt& prompt : prompts) {
    std::vector<SweepOutcome> decided;
    decided.reserve(prompt.outcomes.size());
    for (const SweepOutcome& one : prompt.outcomes) decided.push_back(decided_by(one, test));
    result.summaries.push_back(summary_of(decided, prompt.run));
    result.columns.push_back(decided_columns(decided, result.summaries.back().heads, full));
  }
  return result;
}

/// The tests that every prompt was tested by beside the one that decides.
std::vector<Test> tests_beside(const std::vector<PagePrompt>& prompts) {
  std::vector<Test> tests = prompts.front().run.settings.tests_beside;
  std::erase_if(tests, [&prompts](Test test) {
    return std::ranges::any_of(prompts, [test](const PagePrompt& prompt) {
      const std::vector<Test>& made = prompt.run.settings.tests_beside;
      return std::ranges::find(made, test) == made.end();
    });
  });
  return tests;
}

/// Those of `tests` that there is room for; what is left out becomes a sentence.
std::vector<Test> tests_with_room(std::vector<Test> tests, std::size_t rows,
                                  std::vector<std::string>& left_out) {
  if (tests.size() * rows <= kMostTestRows) return tests;
  const bool has_room = rows <= kMostTestRows;
  std::string names;
  std::vector<Test> kept;
  for (const Test test : tests) {
    if (has_room && test == Test::token_swap) {
      kept.push_back(test);
    } else {
      names += (names.empty() ? "" : ", ") + std::string(to_string(test));
    }
  }
  if (!names.empty()) {
    left_out.push_back(fmt::format(
        "What other tests say is left out, as {} rows of results have no room for it: {}. `tacet "
        "sweep --show --test NAME` shows it; a page of fewer prompts has it.",
        rows, names));
  }
  return kept;
}

}  // namespace

Json test_json(const store::RunSettings& settings, Test test, const SweepSummary& summary) {
  return ObjectBuilder("test")
      .text("name", to_string(test))
      .number("alpha", settings.alpha)
      .text("correction", to_string(settings.correction))
      .text("family", to_string(settings.family))
      .text("sweep_correction", to_string(summary.correction))
      .value("sweep_family_size", summary.family_size)
      .take();
}

SweepSummary summary_of(std::span<const SweepOutcome> outcomes, const store::StoredRun& run) {
  return summarise(outcomes, run.n_layer, run.n_head, run.settings.alpha);
}

std::vector<BesideTest> decided_beside(const std::vector<PagePrompt>& prompts, std::size_t rows,
                                       bool full, std::vector<std::string>& left_out) {
  std::vector<BesideTest> list;
  for (const Test test : tests_with_room(tests_beside(prompts), rows, left_out)) {
    list.push_back(decided_by_test(prompts, test, full));
  }
  return list;
}

Json beside_json(const std::vector<BesideTest>& beside, const store::RunSettings& settings,
                 bool is_sample) {
  Json list = Json::array();
  for (const BesideTest& one : beside) {
    list.push_back(
        {{"test", test_json(settings, one.test, one.summaries.front())},
         {"overall", is_sample ? decided_columns(summarise(one.summaries).heads) : Json()}});
  }
  return list;
}

}  // namespace tacet::report
