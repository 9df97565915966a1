/// @file
/// Sweeps of made-up numbers, and a plain look into their databases.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "store/sweep_database.h"
#include "tacet/sweep.h"

namespace tacet::testing {

/// The shape of the made sweeps.
inline constexpr int kSweepLayers = 6;
inline constexpr int kSweepHeads = 2;

/// A prompt of 4 tokens, the last of which depends on `number`.
Prompt sweep_prompt(int number);

/// The clean run of that prompt.
TrajectoryResult sweep_trajectory(int number);

/// What silencing `head` did to that prompt. Even heads decouple and odd ones couple, the more the
/// further above the cut; head 1 of block 1 changes its sign half-way. No two numbers are equal.
/// Two places of one pair are followed, the later one first.
SilenceResult sweep_result(int number, Head head);

/// Every head of the shape, in order.
std::vector<Head> sweep_heads();

/// Writes what `number`'s sweep lacks, head by head, each in its own transaction. Returns its run.
std::int64_t write_sweep(store::SweepDatabase& database, int number,
                         const store::RunSettings& settings = {});

/// A table as SQLite itself reads it.
struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;  ///< doubles with 17 digits; null as "null"
};

/// What the last statement of `sql` returns; the file is made when it is not there. Throws
/// std::runtime_error with SQLite's words.
Table query(const std::filesystem::path& file, const std::string& sql);

/// Every row of every table that tacet makes, as text.
std::string contents(const std::filesystem::path& file);

/// Every number of an outcome, bit by bit, as text.
std::string text_of(const SweepOutcome& outcome);

/// The bytes of a file.
std::string bytes_of(const std::filesystem::path& file);

/// Names of what is in a folder, sorted.
std::vector<std::string> names_in(const std::filesystem::path& folder);

}  // namespace tacet::testing
