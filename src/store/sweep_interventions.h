/// @file
/// The table `interventions`.
#pragma once

#include <cstdint>

#include "store/sqlite.h"
#include "tacet/intervention.h"

namespace tacet::store {

/// Gives interventions their ids, which runs share. For one thread at a time.
class InterventionTable {
 public:
  /// `connection` must outlive it. Throws when the table is not as it should be.
  explicit InterventionTable(Connection& connection);

  /// The id of the heads of `intervention`, made when it is not there.
  std::int64_t id_of(const Intervention& intervention);

 private:
  Statement select_;
  Statement insert_;
};

}  // namespace tacet::store
