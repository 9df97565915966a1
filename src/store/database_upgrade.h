/// @file
/// Databases of older versions, brought to this one.
#pragma once

#include <filesystem>
#include <string>

#include "store/sqlite.h"

namespace tacet::store {

/// What opening a database for writing has changed about it.
struct DatabaseUpgrade {
  int from = 0;                ///< the version that its tables had
  std::filesystem::path copy;  ///< the database as it was
};

/// Throws unless the tables of `version` in `connection` are such that upgrading them gives those
/// of kSchemaVersion, column by column. Tries it on empty ones in memory.
void check_upgrade(Connection& connection, const std::string& shown, Access access, int version);

/// Makes the tables of `version` those of kSchemaVersion, rows and all, in one transaction.
void upgrade_tables(Connection& connection, int version);

/// Keeps a copy of the database `file`, which `connection` has open, beside it: `FILE.v3` for
/// version 3, or `FILE.v3-1`, `-2` and so on where another file has that name. A file that is the
/// same to the byte is the copy already. It is there whole or not at all, with the permissions of
/// `file`, and lasting when this returns. Throws OutputError.
std::filesystem::path keep_copy(Connection& connection, const std::filesystem::path& file,
                                int version);

}  // namespace tacet::store
