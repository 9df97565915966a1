/// @file
/// What the tests beside the one that decides say of a page's results.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "report/page_data.h"
#include "store/json_values.h"
#include "store/sweep_database.h"
#include "tacet/sweep.h"

namespace tacet::report {

/// `TestInfo` of web/src/data.ts: `test` with the settings that it was made with.
store::Json test_json(const store::RunSettings& settings, Test test, const SweepSummary& summary);

/// Sums up the outcomes of a run as the page shows them.
SweepSummary summary_of(std::span<const SweepOutcome> outcomes, const store::StoredRun& run);

/// A test that was made beside the one that decides, of all prompts.
struct BesideTest {
  Test test = Test::token_swap;
  std::vector<SweepSummary> summaries;  ///< per prompt
  store::Json columns;                  ///< array, per prompt: `DecidedColumns`
};

/// The tests that every prompt was tested by beside the one that decides, in their order. `rows` is
/// what `n_rows` gives of all prompts; tests that have no room (`kMostTestRows`) go without, and
/// `left_out` gets a sentence. `full` as for `cell_columns`.
std::vector<BesideTest> decided_beside(const std::vector<PagePrompt>& prompts, std::size_t rows,
                                       bool full, std::vector<std::string>& left_out);

/// `PageData.beside`: each test, and where the prompts are a sample its summary over all of them.
store::Json beside_json(const std::vector<BesideTest>& beside, const store::RunSettings& settings,
                        bool is_sample);

}  // namespace tacet::report
