/// @file
/// What SQLite's result codes mean to the user of a sweep.
#pragma once

#include <string>
#include <string_view>

namespace tacet::store {

/// Whether `code` says that the file does not hold what a database should.
bool is_damage(int code);

/// What went wrong, by SQLite's `code` and `message`, or in the system's own words where its error
/// number `error` is not 0.
std::string problem_of(int code, int error, std::string_view message);

/// What to do about it.
std::string_view advice_for(int code, int error);

}  // namespace tacet::store
