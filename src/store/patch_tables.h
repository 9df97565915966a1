/// @file
/// The tables `patches`, `patch_pairs`, `patch_tokens` and `patch_cells`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/sqlite.h"
#include "store/sweep_runs.h"
#include "tacet/patch.h"

namespace tacet::store {

/// What decides the numbers of a run of patch beside the model, as a JSON object in a fixed order
/// and spelling: `by`, `direction`, `pairs` [{clean, corrupt, target, contrast}], all ids. Equal
/// for equal settings only.
std::string patch_settings_text(const PatchResult& result);

/// Reads and writes patches. For one thread at a time.
class PatchTables {
 public:
  /// `connection` must outlive it. Throws when the tables are not as they should be.
  explicit PatchTables(Connection& connection);

  /// Writes the patches of `run` in the place of those that are there.
  void write(std::int64_t run, const PatchResult& result);
  /// The patches of the run. Throws the error of a damaged file unless its pairs are those that its
  /// settings name.
  PatchResult read(const RunRow& run);

 private:
  void write_tokens(std::int64_t run, std::int64_t pair, std::string_view side,
                    const Prompt& prompt);
  void read_pairs(std::int64_t run, std::vector<PairRun>& pairs);
  [[noreturn]] void fail_rows(std::int64_t run) const;

  Connection& connection_;
  Statement delete_;
  Statement insert_patch_;
  Statement insert_pair_;
  Statement insert_token_;
  Statement insert_cell_;
  Statement select_patch_;
  Statement select_pairs_;
  Statement select_tokens_;
  Statement select_cells_;
};

}  // namespace tacet::store
