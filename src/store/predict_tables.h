/// @file
/// The tables `predictions`, `scores` and `top_tokens`.
#pragma once

#include <cstdint>

#include "store/predict_settings.h"
#include "store/sqlite.h"
#include "store/sweep_interventions.h"
#include "store/sweep_runs.h"
#include "tacet/predict.h"

namespace tacet::store {

/// Reads and writes predictions. For one thread at a time.
class PredictTables {
 public:
  /// Both must outlive it. Throws when the tables are not as they should be.
  PredictTables(Connection& connection, InterventionTable& interventions);

  /// Writes the predictions of `run` in the place of those that are there.
  void write(std::int64_t run, const PredictResult& result);
  /// The predictions of the run. Throws the error of a damaged file unless all that its settings
  /// name are there.
  PredictResult read(const RunRow& run);

 private:
  void write_prediction(std::int64_t run, std::int64_t place, const Prediction& prediction);
  void write_score(std::int64_t run, std::int64_t place, std::string_view role, std::int64_t number,
                   const TokenScore& score);
  void read_scores(std::int64_t run, std::vector<Prediction*>& predictions);
  void read_top(std::int64_t run, std::vector<Prediction*>& predictions);
  void check(std::int64_t run, const PredictSettings& settings, const Prediction& prediction) const;
  [[noreturn]] void fail_rows(std::int64_t run) const;

  Connection& connection_;
  InterventionTable& interventions_;
  Statement delete_;
  Statement insert_prediction_;
  Statement insert_score_;
  Statement insert_top_;
  Statement select_predictions_;
  Statement select_scores_;
  Statement select_top_;
};

}  // namespace tacet::store
