/// @file
/// The JSON of `predict`, read back.
#pragma once

#include "store/json_place.h"
#include "store/json_values.h"
#include "store/result_json.h"
#include "tacet/predict.h"

namespace tacet::store {

/// What a `tacet.predict/1` document holds.
struct PredictDocument {
  ModelSummary model;
  PredictResult result;
  Json comparison;  ///< `comparison` as `read_comparison` gives it; null where there is none
};

/// Reads a document whose `schema` is `tacet.predict/1`. Throws InputError naming the file, the key
/// and what is wrong: also where an intervention names other targets than the clean run.
PredictDocument read_predict(const JsonPlace& document);

/// `comparison` of a document: what several ways to silence the same heads do, side by side. Gives
/// the keys that are known, checked: what, value, edges, variants, pairs and heads.
Json read_comparison(const JsonPlace& comparison);

}  // namespace tacet::store
