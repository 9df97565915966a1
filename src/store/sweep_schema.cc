#include "store/sweep_schema.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "store/sweep_rows.h"
#include "store/table_sql.h"
#include "tacet/version.h"

namespace tacet::store {
namespace {

constexpr std::string_view kMagic("SQLite format 3\0", 16);
constexpr std::size_t kPageSizeAt = 16;
constexpr std::size_t kUserVersionAt = 60;    ///< in the header, big-endian, as is the next
constexpr std::size_t kApplicationIdAt = 68;  ///< see https://www.sqlite.org/fileformat.html

/// `{0}` are the columns of a row of `layers`, `{1}` of a ripple, `{2}` of a trajectory, `{9}` of a
/// test; `{3}`, `{4}` and `{5}` are tables of their own; `{6}` is the schema's version, `{7}` the
/// tool's, `{8}` the application's id.
constexpr std::string_view kSchema = R"(
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;
{3}CREATE TABLE tokens (
  run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  position INTEGER NOT NULL,
  token_id INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (run_id, position)
) WITHOUT ROWID;
CREATE TABLE interventions (
  id INTEGER PRIMARY KEY,
  spec TEXT NOT NULL UNIQUE,
  cut_layer INTEGER NOT NULL,
  head INTEGER,
  heads TEXT NOT NULL
);
CREATE TABLE ripples (
  run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  intervention_id INTEGER NOT NULL REFERENCES interventions,
  {1},
  values_changed INTEGER NOT NULL,
  PRIMARY KEY (run_id, intervention_id)
) WITHOUT ROWID;
CREATE TABLE effects (
  run_id INTEGER NOT NULL,
  intervention_id INTEGER NOT NULL,
  {0},
  PRIMARY KEY (run_id, intervention_id, layer),
  FOREIGN KEY (run_id, intervention_id) REFERENCES ripples ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TABLE final_norms (
  run_id INTEGER NOT NULL,
  intervention_id INTEGER NOT NULL,
  {0},
  PRIMARY KEY (run_id, intervention_id),
  FOREIGN KEY (run_id, intervention_id) REFERENCES ripples ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TABLE tests (
  run_id INTEGER NOT NULL,
  intervention_id INTEGER NOT NULL,
  layer INTEGER NOT NULL,
  place INTEGER NOT NULL,
  {9},
  PRIMARY KEY (run_id, intervention_id, layer, place),
  FOREIGN KEY (run_id, intervention_id) REFERENCES ripples ON DELETE CASCADE
) WITHOUT ROWID;
{4}CREATE TABLE trajectories (
  run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  state NUMERIC NOT NULL,
  depth INTEGER NOT NULL,
  {2},
  PRIMARY KEY (run_id, depth)
) WITHOUT ROWID;
CREATE TABLE checks (
  id INTEGER PRIMARY KEY,
  run_id INTEGER REFERENCES runs ON DELETE CASCADE,
  name TEXT NOT NULL,
  outcome TEXT NOT NULL,
  details TEXT,
  UNIQUE (run_id, name)
);
CREATE INDEX effects_by_layer ON effects (run_id, layer, mean_delta);
CREATE INDEX effects_by_intervention ON effects (intervention_id, layer);
CREATE INDEX ripples_by_late_delta ON ripples (run_id, late_delta);
CREATE INDEX ripples_by_onset ON ripples (run_id, onset);
CREATE INDEX ripples_by_intervention ON ripples (intervention_id);
CREATE INDEX interventions_by_cut ON interventions (cut_layer, head);
{5}INSERT INTO meta VALUES ('schema_version', '{6}'), ('tool_version', '{7}');
PRAGMA user_version = {6};
PRAGMA application_id = {8};
)";

std::uint32_t big_endian(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (const char byte : bytes.substr(at, 4)) {
    value = value << 8U | static_cast<unsigned char>(byte);
  }
  return value;
}

bool is_known(std::int64_t version) {
  return version >= kOldestSchemaVersion && version <= kSchemaVersion;
}

[[noreturn]] void fail_version(const Connection& connection, std::string_view found) {
  connection.fail(fmt::format("its tables are of version {}, and tacet {} knows versions {} to {}",
                              found, kVersion, kOldestSchemaVersion, kSchemaVersion),
                  "use the tacet that made it, or name another file");
}

}  // namespace

bool check_header(const Connection& connection) {
  const std::string header = connection.header();
  if (header.empty()) return true;
  if (!header.starts_with(kMagic)) {
    // A killed first write may have left a beginning; whatever else is there is somebody's file.
    connection.fail("it is no SQLite database", "name another file");
  }
  if (header.size() < 100) connection.fail_damaged("it ends within its header");
  if (big_endian(header, kApplicationIdAt) != static_cast<std::uint32_t>(kApplicationId)) {
    connection.fail("it is a database of another program", "name another file");
  }
  const std::uint32_t version = big_endian(header, kUserVersionAt);
  if (!is_known(version)) {
    fail_version(connection, std::to_string(version));
  }
  return false;
}

void check_size(const Connection& connection) {
  const std::uint32_t stored = big_endian(connection.header(), kPageSizeAt) >> 16U;
  const std::int64_t page_size = stored == 1 ? 65536 : stored;
  if (page_size == 0 || connection.size() % page_size != 0) {
    connection.fail_damaged(fmt::format("its {} bytes are no whole pages", connection.size()));
  }
}

void make_schema(Connection& connection) {
  Transaction transaction(connection);
  connection.execute(fmt::format(
      kSchema, fmt::join(column_definitions<LayerEffect>(), ",\n  "),
      fmt::join(column_definitions<Ripple>(), ",\n  "),
      fmt::join(column_definitions<TrajectoryRow>(), ",\n  "), runs_table_sql("runs"),
      followed_table_sql(), prediction_tables_sql() + patch_tables_sql(), kSchemaVersion, kVersion,
      kApplicationId, fmt::join(column_definitions<TestResult>(), ",\n  ")));
  transaction.commit();
}

int check_meta(Connection& connection) {
  const std::int64_t version = connection.number("PRAGMA user_version");
  const std::string told = connection.text("SELECT value FROM meta WHERE key = 'schema_version'");
  if (told != std::to_string(version)) fail_version(connection, "'" + told + "'");
  if (!is_known(version)) fail_version(connection, told);
  return static_cast<int>(version);
}

void check_pages(Connection& connection) {
  const std::string result = connection.text("PRAGMA quick_check(1)");
  if (result != "ok") connection.fail_damaged(result);
}

}  // namespace tacet::store
