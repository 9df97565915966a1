/// @file
/// The table `followed`: pairs of tokens, state by state.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "store/sqlite.h"
#include "tacet/sweep.h"

namespace tacet::store {

/// Reads and writes the pairs that runs followed. For one thread at a time.
class FollowedTable {
 public:
  /// `connection` must outlive it. Throws when the table is not as it should be.
  explicit FollowedTable(Connection& connection);

  /// Writes the pairs of one intervention, of which none may be there: a part of the transaction
  /// that writes its other rows. Throws NumericError for NaN.
  void write(std::int64_t run, std::int64_t intervention, const std::vector<FollowedPair>& pairs);

  /// Gives the outcomes of `run`, by the id of their intervention and with their rows of blocks,
  /// the pairs that they followed, in the order of names and positions. Throws the error of a
  /// damaged file unless each has a row for every block, and one of ln_f where the outcome has.
  void read(std::int64_t run, std::map<std::int64_t, SweepOutcome>& outcomes);

 private:
  void check(std::int64_t run, const SweepOutcome& outcome) const;

  Connection& connection_;
  Statement insert_;
  Statement select_;
};

}  // namespace tacet::store
