/// @file
/// The JSON of predict, with or without the model at hand.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/json_values.h"
#include "store/model_summary.h"
#include "tacet/comparison.h"
#include "tacet/predict.h"

namespace tacet::store {

/// `"schema": "tacet.predict/1"` of a result that the tacet of `version` has made, with the
/// comparison of its variants where there is one. Throws NumericError for NaN.
std::string predict_json(const PredictResult& result, const ModelSummary& model,
                         std::string_view version, const Comparison* comparison = nullptr);
/// Adds what it holds from `prompt` on.
void add_predict(ObjectBuilder& builder, const PredictResult& result);
/// The lines of its CSV, the clean run's first, with columns for `n_others` further targets: empty
/// for those that it does not have.
std::vector<Json> predict_rows(const PredictResult& result, std::size_t n_others);

}  // namespace tacet::store
