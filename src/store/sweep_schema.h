/// @file
/// The tables of the database, as docs/database.md describes them.
#pragma once

#include "store/sqlite.h"

namespace tacet::store {

/// `PRAGMA application_id` of tacet's databases: "TCET".
inline constexpr int kApplicationId = 0x54434554;
/// The layout of the tables; raised with every change that an older tacet could not read or write.
inline constexpr int kSchemaVersion = 4;
/// The oldest layout that can be brought to this one (database_upgrade.h).
inline constexpr int kOldestSchemaVersion = 2;

/// Looks at the file's first bytes alone, before SQLite touches anything: throws unless it is empty
/// or a database of tacet's in a version that is known. True when it is empty. Its log may make it
/// a newer one.
bool check_header(const Connection& connection);

/// Throws when the file does not end with a whole page, which SQLite itself would not tell. Not for
/// one whose log has been left behind: that holds the page.
void check_size(const Connection& connection);

/// Makes tables, indices and `meta`, in one transaction, where there are none yet.
void make_schema(Connection& connection);

/// The version of the tables. Throws unless header and `meta` agree on one that is known.
int check_meta(Connection& connection);

/// Reads the whole file; throws when it is damaged.
void check_pages(Connection& connection);

}  // namespace tacet::store
