/// @file
/// What the pages and figures of `predict` and `patch` show, as one JSON document each
/// (web/src/neighbour_data.ts, docs/page-data.md).
#pragma once

#include <string>
#include <vector>

#include "store/json_values.h"
#include "store/result_json.h"
#include "tacet/patch.h"
#include "tacet/predict.h"

namespace tacet::report {

/// Everything that a page of `predict` is made from.
struct PredictPage {
  std::string title = {};  ///< may be empty
  store::ModelSummary model;
  PredictResult result;                  ///< at least one intervention
  store::Json comparison = {};           ///< as `store::read_comparison` gives it, or null
  std::vector<std::string> chosen = {};  ///< specs that are shown first; empty: the strongest
};

/// Everything that a page of `patch` is made from.
struct PatchPage {
  std::string title = {};  ///< may be empty
  store::ModelSummary model;
  PatchResult result;             ///< at least one pair
  std::vector<Head> chosen = {};  ///< heads that are shown first; empty: the strongest place
};

/// The document, `tacet.page.predict/1`, on one line. Bytes that are not UTF-8 become U+FFFD.
/// Throws UsageError without interventions.
std::string page_data(const PredictPage& page);

/// The document, `tacet.page.patch/1`, on one line.
std::string page_data(const PatchPage& page);

}  // namespace tacet::report
