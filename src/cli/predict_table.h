#pragma once

#include <string>

#include "cli/view.h"
#include "tacet/predict.h"

namespace tacet::cli {

/// What `tacet predict` shows. Of one intervention the most likely tokens before and after, and the
/// target's and contrast's numbers; of several a line each; of many the map of
/// P(silenced) - P(clean) by block and head, and the ones that change the target most. Fits the
/// view's width from 80 columns on.
std::string render_predict(const PredictResult& result, const ModelView& model, const View& view);

}  // namespace tacet::cli
