#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "cli/signals.h"
#include "store/sweep_database.h"
#include "tacet/sweep.h"

namespace tacet::cli {

/// Where the results of one prompt go.
struct SweepTarget {
  std::int64_t run = 0;
  bool has_trajectory = false;  ///< the clean run is there already
};

/// Writes what a sweep finds into its database. Results that come close together share a
/// transaction, which is what makes them cheap, but none waits for one that is still to be
/// computed: `commit` is to be called with every step of progress. While something is written and
/// not yet committed, SIGINT and SIGTERM wait. For one thread.
class SweepWriter {
 public:
  /// `database` must outlive it; one target per prompt of the sweep.
  SweepWriter(store::SweepDatabase& database, std::vector<SweepTarget> targets);
  SweepWriter(const SweepWriter&) = delete;
  SweepWriter& operator=(const SweepWriter&) = delete;

  /// Takes the results; the writer must outlive it. Throws OutputError.
  SweepSink sink();
  /// Makes what was written lasting. Throws OutputError.
  void commit();

 private:
  /// Opens a transaction where none is open.
  void begin();
  /// Ends the transaction when it has been open for long.
  void end_if_due();

  store::SweepDatabase& database_;
  std::vector<SweepTarget> targets_;
  std::optional<SignalDeferral> deferral_;  // lives as long as a transaction is open
  double opened_ = 0;
};

}  // namespace tacet::cli
