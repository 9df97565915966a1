/// @file
/// A study and its verdicts, as JSON, CSV and checks of the database.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "store/json_values.h"
#include "store/sweep_database.h"
#include "store/sweep_json.h"
#include "tacet/study.h"

namespace tacet::store {

/// A study as it is shown.
struct StudyListing {
  SweepListing sweep;  ///< of one run, over every head
  int layer = 3;       ///< the study's "layer 3", as a block
  std::vector<Claim> claims;
};

/// One claim: {id, statement, rule, verdict, stands_up, figures {...}, reading}. Throws
/// NumericError for NaN.
Json claim_json(const Claim& claim);

/// What the page shows of a study: {layer, claims}.
Json study_section(const StudyListing& study);

/// `"schema": "tacet.study/1"`: schema, version, model, prompt, tokens, layer, settings, claims,
/// sweep {run, test, heads, counts}; the last three as in the JSON of a sweep.
std::string study_json(const StudyListing& study);

/// One check a claim: named by its id, its verdict as the outcome, `layer` and the claim's other
/// keys as details.
std::vector<StoredCheck> checks_of(const StudyListing& study);

/// What the page shows of a study that is in the database, from the checks of its run; null when
/// there is none among them.
Json study_section(std::span<const StoredCheck> checks);

/// One line per intervention and block: `spec`, then the columns of `layers`.
std::string effects_csv(std::span<const SweepOutcome> outcomes);

}  // namespace tacet::store
