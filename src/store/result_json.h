/// @file
/// Results as JSON values, before they become text.
#pragma once

#include <string>
#include <vector>

#include "store/json_values.h"
#include "store/model_summary.h"
#include "tacet/silence.h"

namespace tacet::store {

/// `model` of a document.
Json model_json(const ModelSummary& model);

/// `tokens` of a document: [{id, text}].
Json tokens_json(const std::vector<Token>& tokens);

/// One entry of `layers`; `name` is its place in the document, for error messages.
/// Throws NumericError for NaN.
Json layer_json(const LayerEffect& row, std::string name);

/// One entry of a trajectory, without its block's number. Throws NumericError for NaN.
Json trajectory_row_json(const TrajectoryRow& row, std::string name);

/// One entry of a trajectory's `layers`: the block's number, then the row.
Json trajectory_layer_json(int layer, const TrajectoryRow& row);

/// The whole of `tacet.silence/1`. Throws NumericError for NaN.
Json silence_json(const SilenceResult& result, const ModelSummary& model);

/// The whole of `tacet.trajectory/1`. Throws NumericError for NaN.
Json trajectory_json(const TrajectoryResult& result, const ModelSummary& model);

}  // namespace tacet::store
