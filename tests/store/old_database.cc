#include "store/old_database.h"

#include <fstream>
#include <iterator>
#include <string>

#include <fmt/format.h>

#include "store/sweep_database.h"
#include "store/sweep_rows_made.h"
#include "support/temp_dir.h"

namespace tacet::testing {

void make_old_database(const std::filesystem::path& file, int version, Followed followed) {
  const TempDir folder;
  {
    auto database = store::SweepDatabase::open_for_writing(folder / "new.db");
    for (const int number : {0, 1}) write_sweep(database, number);
  }
  std::ifstream stream(fmt::format("{}/tests/store/schema_{}.sql", TACET_SOURCE_DIR, version));
  std::string sql(std::istreambuf_iterator<char>(stream), {});
  const bool has_followed = version == 3 && followed == Followed::with;
  if (version == 3 && !has_followed) sql += "DROP TABLE followed;\n";
  sql += "PRAGMA journal_mode = WAL;\n";
  sql += fmt::format("ATTACH '{}' AS new;\nBEGIN;\n", (folder / "new.db").string());
  const std::string runs =
      "id, prompt_id, prompt_group, prompt, token_ids, settings, model, model_fingerprint, "
      "model_dtype, n_layer, n_head, d_model, tool_version" +
      std::string(version == 3 ? ", model_sha256, model_official" : "");
  sql += fmt::format("INSERT INTO runs ({0}) SELECT {0} FROM new.runs;\n", runs);
  for (const char* const table : {"tokens", "interventions", "ripples", "effects", "final_norms",
                                  "tests", "trajectories", "checks", "followed"}) {
    if (table == std::string("followed") && !has_followed) continue;
    sql += fmt::format("INSERT INTO main.{0} SELECT * FROM new.{0};\n", table);
  }
  sql += fmt::format(
      "INSERT INTO main.meta SELECT key, CASE key WHEN 'schema_version' THEN '{}' ELSE value END "
      "FROM new.meta;\nCOMMIT;\nDETACH new;\n",
      version);
  query(file, sql);
}

}  // namespace tacet::testing
