/// @file
/// The tables `runs` and `tokens`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/result_json.h"
#include "store/sqlite.h"
#include "store/sweep_database.h"

namespace tacet::store {

/// Reads and writes runs. For one thread at a time.
class RunTables {
 public:
  /// `connection` must outlive it. Throws when the tables are not as they should be.
  explicit RunTables(Connection& connection);

  /// The run's id; it is made when it is not there.
  std::int64_t find_or_make(const ModelSummary& model, const Prompt& prompt,
                            const std::string& prompt_id, const RunSettings& settings,
                            const std::string& prompt_group);
  /// All runs, by id.
  std::vector<StoredRun> all();

 private:
  std::vector<Token> tokens_of(std::int64_t run);

  Connection& connection_;
  Statement find_;
  Statement insert_;
  Statement name_;
  Statement set_group_;
  Statement set_hash_;
  Statement insert_token_;
  Statement select_;
  Statement select_tokens_;
};

}  // namespace tacet::store
