#include "store/sweep_runs.h"

#include <optional>
#include <string_view>

#include "store/sweep_rows.h"
#include "tacet/version.h"

namespace tacet::store {
namespace {

/// What decides the numbers of a run. The tool's version does too: rows of two of them must not
/// stand side by side as if one had made them.
const std::vector<std::string> kIdentity = {"experiment", "model_fingerprint", "token_ids",
                                            "settings", "tool_version"};
const std::vector<std::string> kOthers = {"prompt_id",    "prompt_group",  "prompt", "model",
                                          "model_dtype",  "n_layer",       "n_head", "d_model",
                                          "model_sha256", "model_official"};

std::string token_ids_text(const std::vector<Token>& tokens) {
  std::vector<int> ids;
  ids.reserve(tokens.size());
  for (const Token& token : tokens) ids.push_back(token.id);
  return to_list_text(ids);
}

}  // namespace

std::string_view to_string(Experiment experiment) {
  switch (experiment) {
    case Experiment::sweep:
      return "sweep";
    case Experiment::predict:
      return "predict";
    case Experiment::patch:
      return "patch";
  }
  return "";
}

RunTables::RunTables(Connection& connection)
    : connection_(connection),
      find_(connection,
            "SELECT id FROM runs WHERE experiment = ? AND model_fingerprint = ? AND token_ids = ? "
            "AND settings = ? AND tool_version = ?"),
      insert_(connection, insert_sql("runs", kIdentity, kOthers) + " RETURNING id"),
      name_(connection, "UPDATE runs SET prompt_id = ? WHERE id = ?"),
      set_group_(connection, "UPDATE runs SET prompt_group = ? WHERE id = ?"),
      set_hash_(connection, "UPDATE runs SET model_sha256 = ?, model_official = ? WHERE id = ?"),
      insert_token_(connection, insert_sql("tokens", {"run_id", "position", "token_id", "text"})),
      select_(connection, "SELECT id, " + select_list(kIdentity) + ", " + select_list(kOthers) +
                              " FROM runs WHERE experiment = ? ORDER BY id"),
      select_one_(connection, "SELECT id, " + select_list(kIdentity) + ", " + select_list(kOthers) +
                                  " FROM runs WHERE experiment = ? AND id = ?"),
      count_(connection, "SELECT count(*) FROM ripples WHERE run_id = ?"),
      select_tokens_(connection,
                     "SELECT token_id, text FROM tokens WHERE run_id = ? ORDER BY position") {}

std::optional<std::int64_t> RunTables::find(Experiment experiment, const ModelSummary& model,
                                            const Prompt& prompt, const std::string& settings) {
  std::optional<std::int64_t> id;
  find_.start()
      .put(to_string(experiment))
      .put(model.fingerprint)
      .put(token_ids_text(prompt.tokens))
      .put(settings)
      .put(kVersion);
  if (find_.step()) id = find_.take_int64();
  find_.reset();
  return id;
}

std::int64_t RunTables::find_or_make(Experiment experiment, const ModelSummary& model,
                                     const Prompt& prompt, const std::string& settings,
                                     const std::string& prompt_id,
                                     const std::string& prompt_group) {
  Transaction transaction(connection_);
  std::optional<std::int64_t> id = find(experiment, model, prompt, settings);
  if (id) {
    if (!prompt_id.empty()) name_.start().put(prompt_id).put(*id).run();
    if (!prompt_group.empty()) set_group_.start().put(prompt_group).put(*id).run();
    // A folder's hash is not known; the same model in the cache brings it.
    if (!model.sha256.empty()) {
      set_hash_.start().put(model.sha256).put(model.official).put(*id).run();
    }
    if (!prompt_id.empty() || !prompt_group.empty() || !model.sha256.empty()) transaction.commit();
    return *id;
  }
  insert_.start()
      .put(to_string(experiment))
      .put(model.fingerprint)
      .put(token_ids_text(prompt.tokens))
      .put(settings)
      .put(kVersion)
      .put(prompt_id)
      .put(prompt_group)
      .put(prompt.text)
      .put(model.id)
      .put(model.dtype)
      .put(std::int64_t{model.n_layer})
      .put(std::int64_t{model.n_head})
      .put(std::int64_t{model.d_model})
      .put(model.sha256)
      .put(model.official);
  insert_.step();
  id = insert_.take_int64();
  insert_.reset();
  std::int64_t position = 0;
  for (const Token& token : prompt.tokens) {
    insert_token_.start().put(*id).put(position++).put(std::int64_t{token.id}).put(token.text);
    insert_token_.run();
  }
  transaction.commit();
  return *id;
}

RunRow RunTables::take_run(Statement& statement) {
  RunRow row;
  RunHeader& run = row.header;
  run.id = statement.take_int64();
  statement.take_text();  // the experiment
  run.model.fingerprint = statement.take_text();
  statement.take_text();  // the ids, which stand in `tokens` as well
  row.settings = statement.take_text();
  run.tool_version = statement.take_text();
  run.prompt_id = statement.take_text();
  run.prompt_group = statement.take_text();
  run.prompt.text = statement.take_text();
  run.model.id = statement.take_text();
  run.model.dtype = statement.take_text();
  run.model.n_layer = statement.take_int();
  run.model.n_head = statement.take_int();
  run.model.d_model = statement.take_int();
  run.model.sha256 = statement.take_text();
  run.model.official = statement.take_text();
  run.prompt.tokens = tokens_of(run.id);
  return row;
}

std::vector<RunRow> RunTables::all(Experiment experiment) {
  Transaction snapshot(connection_, Access::read);
  std::vector<RunRow> runs;
  select_.start().put(to_string(experiment));
  while (select_.step()) runs.push_back(take_run(select_));
  snapshot.commit();
  return runs;
}

std::optional<RunRow> RunTables::one(Experiment experiment, std::int64_t id) {
  Transaction snapshot(connection_, Access::read);
  std::optional<RunRow> run;
  if (select_one_.start().put(to_string(experiment)).put(id).step()) run = take_run(select_one_);
  select_one_.reset();
  snapshot.commit();
  return run;
}

std::int64_t RunTables::n_finished(std::int64_t run) {
  count_.start().put(run).step();
  const std::int64_t count = count_.take_int64();
  count_.reset();
  return count;
}

std::vector<Token> RunTables::tokens_of(std::int64_t run) {
  std::vector<Token> tokens;
  select_tokens_.start().put(run);
  while (select_tokens_.step()) {
    const int id = select_tokens_.take_int();
    tokens.push_back({.id = id, .text = select_tokens_.take_text()});
  }
  return tokens;
}

}  // namespace tacet::store
