/// @file
/// The tables of a sweep's results: `ripples`, `effects`, `tests`, `final_norms`, `followed`,
/// `trajectories`.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "store/sqlite.h"
#include "store/sweep_database.h"
#include "store/sweep_followed.h"
#include "store/sweep_interventions.h"
#include "tacet/sweep.h"

namespace tacet::store {

/// Reads and writes results. For one thread at a time.
class ResultTables {
 public:
  /// Both must outlive it. Throws when the tables are not as they should be.
  ResultTables(Connection& connection, InterventionTable& interventions);

  /// See SweepDatabase.
  std::set<std::string> finished(std::int64_t run);
  bool has_trajectory(std::int64_t run);
  void write(std::int64_t run, const TrajectoryResult& result);
  void write(std::int64_t run, const SilenceResult& result);
  std::vector<SweepOutcome> outcomes(std::int64_t run);
  std::optional<StoredTrajectory> trajectory(std::int64_t run);

 private:
  void write_tests(std::int64_t run, std::int64_t id, int layer, const LayerEffect& row);

  Connection& connection_;
  Statement select_finished_;
  Statement select_any_trajectory_;
  Statement delete_trajectory_;
  Statement insert_trajectory_;
  InterventionTable& interventions_;
  Statement delete_ripple_;
  Statement insert_ripple_;
  Statement insert_effect_;
  Statement insert_final_norm_;
  Statement insert_test_;
  Statement select_trajectory_;
  Statement select_ripples_;
  Statement select_effects_;
  Statement select_final_norms_;
  Statement select_tests_;
  FollowedTable followed_;
};

}  // namespace tacet::store
