/// @file
/// Results as JSON values, before they become text.
#pragma once

#include <string>
#include <vector>

#include "store/json_values.h"
#include "tacet/model.h"
#include "tacet/silence.h"

namespace tacet::store {

/// What a result's JSON says about the model.
struct ModelSummary {
  std::string id;
  int n_layer = 0;
  int n_head = 0;
  int d_model = 0;
  std::string dtype;
  std::string fingerprint;
  std::string sha256 = {};    ///< empty: null in the document
  std::string official = {};  ///< the same
};

/// The summary of a loaded model.
ModelSummary summary_of(const Model& model);

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
