/// @file
/// Opening a database, and refusing what is none before anything is touched.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "store/database_upgrade.h"
#include "store/sqlite.h"
#include "store/write_lock.h"

namespace tacet::store {

/// A database that is there, whole and of this version. Closed before the right to write it ends.
struct OpenDatabase {
  std::optional<WriteLock> lock;  ///< nullopt when opened for reading
  std::unique_ptr<Connection> connection;
  std::optional<DatabaseUpgrade> upgrade = {};  ///< when it was of an older version
};

/// See SweepDatabase::open_for_writing.
OpenDatabase open_database_for_writing(const std::filesystem::path& file);

/// See SweepDatabase::open_for_reading.
OpenDatabase open_database_for_reading(const std::filesystem::path& file);

}  // namespace tacet::store
