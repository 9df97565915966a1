/// @file
/// Opening a sweep's database, and refusing what is none before anything is touched.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "store/sqlite.h"
#include "store/write_lock.h"

namespace tacet::store {

/// A database that is there, whole and of this version. Closed before the right to write it ends.
struct OpenDatabase {
  std::optional<WriteLock> lock;  ///< nullopt when opened for reading
  std::unique_ptr<Connection> connection;
};

/// See SweepDatabase::open_for_writing.
OpenDatabase open_database_for_writing(const std::filesystem::path& file);

/// See SweepDatabase::open_for_reading.
OpenDatabase open_database_for_reading(const std::filesystem::path& file);

}  // namespace tacet::store
