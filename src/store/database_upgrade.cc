#include "store/database_upgrade.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include <fmt/format.h>

#include "store/sweep_schema.h"
#include "store/table_sql.h"

namespace tacet::store {
namespace {

/// While this lives a table that others refer to can be replaced: foreign keys are not followed,
/// and views that name it may stand without it for a moment.
class UnboundKeys {
 public:
  explicit UnboundKeys(Connection& connection) : connection_(connection) {
    connection_.follow_keys(false);
    connection_.rename_freely(true);
  }
  UnboundKeys(const UnboundKeys&) = delete;
  UnboundKeys& operator=(const UnboundKeys&) = delete;
  ~UnboundKeys() {
    connection_.rename_freely(false);
    connection_.follow_keys(true);
  }

 private:
  Connection& connection_;
};

/// `{0}` makes `new_runs`, `{1}` are the two columns that version 3 brought, or what stands for
/// them; `{2}` makes the tables of predictions and patches, `{3}` is the schema's version.
constexpr std::string_view kUpgrade = R"(
{0}
INSERT INTO new_runs (id, experiment, prompt_id, prompt_group, prompt, token_ids, settings, model,
    model_fingerprint, model_dtype, n_layer, n_head, d_model, model_sha256, model_official,
    tool_version)
  SELECT id, 'sweep', prompt_id, prompt_group, prompt, token_ids, settings, model,
    model_fingerprint, model_dtype, n_layer, n_head, d_model, {1}, tool_version FROM runs;
DROP TABLE runs;
ALTER TABLE new_runs RENAME TO runs;
{2}
UPDATE meta SET value = '{3}' WHERE key = 'schema_version';
PRAGMA user_version = {3};
)";

/// Every table with its columns and their types, and every index, one a line.
std::string layout(Connection& connection) {
  return connection.text(
      "SELECT group_concat(line, char(10)) FROM (SELECT t.type || ' ' || t.name || ' ' || "
      "coalesce((SELECT group_concat(c.name || ' ' || c.type || ' ' || c.\"notnull\" || ' ' || "
      "c.pk) FROM pragma_table_info(t.name) AS c), '') AS line FROM sqlite_master AS t WHERE "
      "t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY t.type, t.name)");
}

/// The first line of `text` that `others` does not have; empty without one.
std::string first_beside(const std::string& text, const std::string& others) {
  const std::string lines = "\n" + others + "\n";
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    if (lines.find("\n" + line + "\n") == std::string::npos) return line;
    begin = end + 1;
  }
  return "";
}

}  // namespace

void upgrade_tables(Connection& connection, int version) {
  const UnboundKeys unbound(connection);
  Transaction transaction(connection);
  // Pairs to follow came into version 3 without another number.
  const bool has_followed =
      !connection.text("SELECT name FROM sqlite_master WHERE name = 'followed'").empty();
  connection.execute(fmt::format(
      kUpgrade, runs_table_sql("new_runs"), version < 3 ? "'', ''" : "model_sha256, model_official",
      (has_followed ? "" : followed_table_sql()) + prediction_tables_sql() + patch_tables_sql(),
      kSchemaVersion));
  transaction.commit();
}

void check_upgrade(Connection& connection, const std::string& shown, Access access, int version) {
  Connection trial(shown, access);
  {
    Statement statements(connection,
                         "SELECT sql FROM sqlite_master WHERE type IN ('table', 'index') AND sql "
                         "IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type "
                         "DESC, rowid");
    statements.start();
    while (statements.step()) trial.execute(statements.take_text());
  }
  upgrade_tables(trial, version);
  Connection whole(shown, access);
  make_schema(whole);
  // What somebody has added is no matter.
  const std::string missing = first_beside(layout(whole), layout(trial));
  if (missing.empty()) return;
  const std::size_t name = missing.find(' ') + 1;  // behind "table" or "index"
  connection.fail(fmt::format("it is not laid out as its version says ({} is another)",
                              missing.substr(name, missing.find(' ', name) - name)),
                  "restore it from a copy, or name another file");
}

}  // namespace tacet::store
