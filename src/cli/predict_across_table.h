#pragma once

#include <string>

#include "cli/view.h"
#include "store/predict_across_json.h"

namespace tacet::cli {

/// What `tacet predict --prompts` shows: how the prompts are silenced, of many interventions the
/// map of the mean change by block and head, and a line for each of those whose change is most
/// certain (for all of them when the view is verbose). The change is that of the logit difference
/// where all prompts have a contrast, else of ln P. Fits the view's width from 80 columns on.
std::string render_predict_prompts(const store::PredictListing& listing, const ModelView& model,
                                   const View& view);

}  // namespace tacet::cli
