/// @file
/// The settings of a run of predict as the text that tells runs apart.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/model_summary.h"
#include "store/sqlite.h"
#include "tacet/predict.h"

namespace tacet::store {

/// What decides the numbers of a run of predict, beside prompt and model.
struct PredictSettings {
  std::vector<Intervention> interventions;  ///< as StoredPredict has them
  int position = 0;
  std::vector<std::int32_t> targets;
  std::optional<std::int32_t> contrast;
  int top = 0;
};

/// A JSON object in a fixed order and spelling, equal for equal settings only: `interventions`, a
/// list of {heads, positions, mode, reference} (interventions that follow each other and differ in
/// the heads alone share an entry; `heads` is "all" for all heads of the model in order, else a
/// list of specs; positions "all" or a list), `position`, `targets`, `contrast`, `top`.
std::string predict_settings_text(const PredictResult& result, const ModelSummary& model);

/// The settings that `text` stands for. Throws the error of a damaged file when it is none.
PredictSettings predict_settings_from_text(const Connection& connection, const std::string& text,
                                           const ModelSummary& model);

}  // namespace tacet::store
