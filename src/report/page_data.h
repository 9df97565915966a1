/// @file
/// What the page and the figures show, as one JSON document (web/src/data.ts, docs/page-data.md).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "store/json_values.h"
#include "store/silence_reader.h"
#include "store/sweep_database.h"
#include "tacet/pairs.h"
#include "tacet/silence.h"
#include "tacet/sweep.h"

namespace tacet::report {

/// The matrices of one intervention on one prompt.
struct PromptPairs {
  std::string spec;
  PairMatrices matrices;
};

/// One prompt with its results.
struct PagePrompt {
  store::StoredRun run;                ///< prompt, settings and model
  std::vector<SweepOutcome> outcomes;  ///< in the order of blocks and heads
  std::optional<store::StoredTrajectory> trajectory;
  std::vector<PromptPairs> pairs;  ///< of some interventions; their clean matrices are the same
};

/// Everything that a page is made from. All prompts are of one model and one set of settings.
struct PageContent {
  std::string title;                ///< may be empty
  std::vector<PagePrompt> prompts;  ///< at least one, each with at least one outcome
  std::vector<std::string> chosen;  ///< specs that are shown first; empty: the strongest
  std::optional<store::ControlSummary> control;  ///< of the one intervention of the one prompt
  store::Json study;                  ///< `study` of the document; null where there is none
  std::vector<std::string> left_out;  ///< sentences: what is not in the page, and why
};

/// Most rows (blocks of interventions) that a page holds with all their columns. With more, those
/// that the map and the ripple can do without are left out, and the page says so: a page of 100
/// prompts and 384 heads stays under 15 MB.
inline constexpr std::size_t kMostFullRows = 250'000;

/// Most values of pairs' matrices, all prompts and interventions together; what has no room is left
/// out, the weakest interventions first, and the page says so.
inline constexpr std::size_t kMostPairValues = 1'500'000;

/// Most rows times tests beside the one that decides. With more, the page has the token-swap test
/// alone beside it, or none, and says so.
inline constexpr std::size_t kMostTestRows = 250'000;

/// Most values of the tokens' shares, all prompts together; the prompts that have no room go
/// without, and the page says so.
inline constexpr std::size_t kMostShareValues = 500'000;

/// Most values of the lines of followed words, all prompts together; the prompts that have no room
/// go without, and the page says so.
inline constexpr std::size_t kMostFollowedValues = 500'000;

/// Values of the matrices of one intervention in this run; the clean ones are as many.
std::size_t pair_values(const store::StoredRun& run);

/// The document, `tacet.page/1`, on one line. Bytes that are not UTF-8 become U+FFFD. Throws
/// UsageError without prompts or outcomes.
std::string page_data(const PageContent& content);

}  // namespace tacet::report
