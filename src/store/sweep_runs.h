/// @file
/// The tables `runs` and `tokens`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/sqlite.h"
#include "store/stored_run.h"

namespace tacet::store {

/// A run as its row tells of it.
struct RunRow {
  RunHeader header;
  std::string settings;
};

/// Reads and writes runs. For one thread at a time.
class RunTables {
 public:
  /// `connection` must outlive it. Throws when the tables are not as they should be.
  explicit RunTables(Connection& connection);

  /// The run of this experiment, model, prompt and settings; nullopt when it is not there.
  std::optional<std::int64_t> find(Experiment experiment, const ModelSummary& model,
                                   const Prompt& prompt, const std::string& settings);
  /// The same; it is made when it is not there. An id or group that is not empty takes the place of
  /// the one that is there, and so does the hash of the weights.
  std::int64_t find_or_make(Experiment experiment, const ModelSummary& model, const Prompt& prompt,
                            const std::string& settings, const std::string& prompt_id,
                            const std::string& prompt_group);
  /// All runs of the experiment, by id.
  std::vector<RunRow> all(Experiment experiment);
  /// The run `id`, where it is of the experiment.
  std::optional<RunRow> one(Experiment experiment, std::int64_t id);
  /// How many interventions of a sweep are finished in `run`.
  std::int64_t n_finished(std::int64_t run);

 private:
  /// The row that the statement stands at.
  RunRow take_run(Statement& statement);
  std::vector<Token> tokens_of(std::int64_t run);

  Connection& connection_;
  Statement find_;
  Statement insert_;
  Statement name_;
  Statement set_group_;
  Statement set_hash_;
  Statement insert_token_;
  Statement select_;
  Statement select_one_;
  Statement count_;
  Statement select_tokens_;
};

}  // namespace tacet::store
