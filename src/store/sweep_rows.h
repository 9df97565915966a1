/// @file
/// Rows of results to and from the columns of the database's tables.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "store/columns.h"
#include "store/sqlite.h"

namespace tacet::store {

// Each is there for FollowedRow, LayerEffect, Ripple, TestResult and TrajectoryRow, and for
// LikelyToken, PatchCell and TokenScore.

/// Names of a row's columns, as in the JSON.
template <typename Row>
std::vector<std::string> column_names();

/// The columns as CREATE TABLE wants them: `mean_delta REAL NOT NULL`.
template <typename Row>
std::vector<std::string> column_definitions();

/// Gives the columns of `row` as the statement's next parameters. Throws NumericError for NaN.
template <typename Row>
void put_row(Statement& statement, const Row& row);

/// Takes the statement's next columns as a row. Throws for types and words that are not known.
template <typename Row>
Row take_row(Statement& statement);

/// `names` as a list for SELECT, each with `prefix` before it.
std::string select_list(const std::vector<std::string>& names, std::string_view prefix = "");

/// An INSERT of `keys` and then `names`, each given as the parameter of its name.
std::string insert_sql(std::string_view table, std::vector<std::string> keys,
                       const std::vector<std::string>& names = {});

/// Integers as the text of a JSON array, and back. Throws unless it is one.
std::string to_list_text(const std::vector<int>& values);
std::vector<int> list_from_text(const Connection& connection, const std::string& text);

}  // namespace tacet::store
