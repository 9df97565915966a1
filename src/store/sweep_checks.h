#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "store/sqlite.h"
#include "store/sweep_database.h"

namespace tacet::store {

/// Reads and writes the table `checks`. For one thread at a time.
class CheckTable {
 public:
  /// `connection` must outlive it. Throws when the table is not as it should be.
  explicit CheckTable(Connection& connection);

  /// See SweepDatabase.
  void write(std::int64_t run, std::span<const StoredCheck> checks);
  std::vector<StoredCheck> all(std::int64_t run);

 private:
  Connection& connection_;
  Statement upsert_;
  Statement select_;
};

}  // namespace tacet::store
