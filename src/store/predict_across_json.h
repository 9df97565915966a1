/// @file
/// The JSON and CSV of predict over several prompts.
#pragma once

#include <string>
#include <vector>

#include "store/model_summary.h"
#include "tacet/predict_across.h"

namespace tacet::store {

/// Predictions of several prompts.
struct PredictListing {
  std::vector<std::string> ids;     ///< of the prompt file, one per prompt; empty without one
  std::vector<std::string> groups;  ///< likewise
  std::vector<PredictResult> prompts;
  PredictAcrossResult across;
};

/// `"schema": "tacet.predict-prompts/1"`: schema, version, model, prompts [{id, group, then the
/// keys of tacet.predict/1 from `prompt` on}], across {alpha, n_prompts, n_units, interventions
/// [{spec, heads, mode, logit_diff, log_prob, kl, top1_changed}]}. Throws NumericError for NaN.
std::string predict_prompts_json(const PredictListing& listing, const ModelSummary& model);

/// One line for the clean run of each prompt and one for each of its interventions: `prompt`
/// (counted from 0), `id`, `group`, then the columns of predict.
std::string predict_prompts_csv(const PredictListing& listing);

}  // namespace tacet::store
