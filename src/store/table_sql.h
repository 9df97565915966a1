/// @file
/// The SQL of tables that a new database and an upgraded one both need.
#pragma once

#include <string>
#include <string_view>

namespace tacet::store {

/// `runs`, under the name `table`.
std::string runs_table_sql(std::string_view table);
/// `followed`.
std::string followed_table_sql();
/// `predictions`, `scores` and `top_tokens`, with their indices.
std::string prediction_tables_sql();
/// `patches`, `patch_pairs`, `patch_tokens` and `patch_cells`, with their indices.
std::string patch_tables_sql();

}  // namespace tacet::store
