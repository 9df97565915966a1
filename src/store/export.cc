#include "tacet/export.h"

#include <vector>

#include "store/control_json.h"
#include "store/csv.h"
#include "store/result_json.h"

namespace tacet {

std::string to_json(const SilenceResult& result, const Model& model) {
  return store::document(store::silence_json(result, store::summary_of(model)));
}

std::string to_json(const SilenceResult& result, const ControlResult& control, const Model& model) {
  store::Json json = store::silence_json(result, store::summary_of(model));
  json["control"] = store::control_json(control);
  return store::document(json);
}

std::string to_json(const TrajectoryResult& result, const Model& model) {
  return store::document(store::trajectory_json(result, store::summary_of(model)));
}

std::string to_csv(const SilenceResult& result) {
  std::vector<store::Json> rows;
  for (const LayerEffect& row : result.layers) {
    rows.push_back(store::layer_json(row, "layers[" + std::to_string(rows.size()) + "]"));
  }
  return store::csv_table(store::layer_json({}, ""), rows);
}

std::string to_csv(const TrajectoryResult& result) {
  std::vector<store::Json> rows;
  for (const TrajectoryRow& row : result.layers) {
    rows.push_back(store::trajectory_layer_json(static_cast<int>(rows.size()), row));
  }
  return store::csv_table(store::trajectory_layer_json(0, {}), rows);
}

}  // namespace tacet
