/// @file
/// The JSON of predict, with or without the model at hand.
#pragma once

#include <string>
#include <string_view>

#include "store/json_values.h"
#include "store/model_summary.h"
#include "tacet/predict.h"

namespace tacet::store {

/// `"schema": "tacet.predict/1"` of a result that the tacet of `version` has made. Throws
/// NumericError for NaN.
std::string predict_json(const PredictResult& result, const ModelSummary& model,
                         std::string_view version);
/// The same, before it becomes text.
Json predict_document(const PredictResult& result, const ModelSummary& model,
                      std::string_view version);

}  // namespace tacet::store
