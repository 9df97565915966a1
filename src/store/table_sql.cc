#include "store/table_sql.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "store/predict_columns.h"
#include "store/sweep_rows.h"

namespace tacet::store {
namespace {

constexpr std::string_view kRuns = R"(CREATE TABLE {} (
  id INTEGER PRIMARY KEY,
  experiment TEXT NOT NULL,
  prompt_id TEXT NOT NULL,
  prompt_group TEXT NOT NULL,
  prompt TEXT NOT NULL,
  token_ids TEXT NOT NULL,
  settings TEXT NOT NULL,
  model TEXT NOT NULL,
  model_fingerprint TEXT NOT NULL,
  model_dtype TEXT NOT NULL,
  n_layer INTEGER NOT NULL,
  n_head INTEGER NOT NULL,
  d_model INTEGER NOT NULL,
  model_sha256 TEXT NOT NULL,
  model_official TEXT NOT NULL,
  tool_version TEXT NOT NULL,
  UNIQUE (experiment, model_fingerprint, token_ids, settings, tool_version)
);
)";

/// `{}` are the columns of a pair that is followed.
constexpr std::string_view kFollowed = R"(CREATE TABLE followed (
  run_id INTEGER NOT NULL,
  intervention_id INTEGER NOT NULL,
  pair TEXT NOT NULL,
  position_a INTEGER NOT NULL,
  position_b INTEGER NOT NULL,
  {},
  PRIMARY KEY (run_id, intervention_id, pair, position_a, position_b, layer),
  FOREIGN KEY (run_id, intervention_id) REFERENCES ripples ON DELETE CASCADE
) WITHOUT ROWID;
)";

/// `{0}` are the columns of a score, `{1}` of a likely token.
constexpr std::string_view kPredictions = R"(CREATE TABLE predictions (
  run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  place INTEGER NOT NULL,
  intervention_id INTEGER REFERENCES interventions,
  mode TEXT,
  positions TEXT,
  values_changed INTEGER NOT NULL,
  logit_diff REAL,
  kl REAL NOT NULL,
  top1_changed INTEGER NOT NULL,
  PRIMARY KEY (run_id, place)
) WITHOUT ROWID;
CREATE TABLE scores (
  run_id INTEGER NOT NULL,
  place INTEGER NOT NULL,
  role TEXT NOT NULL,
  number INTEGER NOT NULL,
  {0},
  PRIMARY KEY (run_id, place, role, number),
  FOREIGN KEY (run_id, place) REFERENCES predictions ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TABLE top_tokens (
  run_id INTEGER NOT NULL,
  place INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  {1},
  PRIMARY KEY (run_id, place, rank),
  FOREIGN KEY (run_id, place) REFERENCES predictions ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX predictions_by_kl ON predictions (run_id, kl);
CREATE INDEX predictions_by_intervention ON predictions (intervention_id);
CREATE INDEX scores_by_prob ON scores (run_id, role, number, prob);
)";

/// `{}` are the columns of a cell.
constexpr std::string_view kPatches = R"(CREATE TABLE patches (
  run_id INTEGER PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
  "by" TEXT NOT NULL,
  direction TEXT NOT NULL,
  runs INTEGER NOT NULL,
  clean_logit_diff REAL NOT NULL,
  corrupt_logit_diff REAL NOT NULL
);
CREATE TABLE patch_pairs (
  run_id INTEGER NOT NULL REFERENCES patches ON DELETE CASCADE,
  pair INTEGER NOT NULL,
  clean TEXT NOT NULL,
  corrupt TEXT NOT NULL,
  target_id INTEGER NOT NULL,
  target_text TEXT NOT NULL,
  contrast_id INTEGER NOT NULL,
  contrast_text TEXT NOT NULL,
  clean_logit_diff REAL NOT NULL,
  corrupt_logit_diff REAL NOT NULL,
  PRIMARY KEY (run_id, pair)
) WITHOUT ROWID;
CREATE TABLE patch_tokens (
  run_id INTEGER NOT NULL,
  pair INTEGER NOT NULL,
  side TEXT NOT NULL,
  position INTEGER NOT NULL,
  token_id INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (run_id, pair, side, position),
  FOREIGN KEY (run_id, pair) REFERENCES patch_pairs ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TABLE patch_cells (
  run_id INTEGER NOT NULL REFERENCES patches ON DELETE CASCADE,
  place INTEGER NOT NULL,
  {},
  PRIMARY KEY (run_id, place)
) WITHOUT ROWID;
CREATE INDEX patch_cells_by_recovered ON patch_cells (run_id, recovered);
CREATE INDEX patch_cells_by_layer ON patch_cells (run_id, layer, head, position);
)";

}  // namespace

std::string runs_table_sql(std::string_view table) {
  return fmt::format(kRuns, table);
}

std::string followed_table_sql() {
  return fmt::format(kFollowed, fmt::join(column_definitions<FollowedRow>(), ",\n  "));
}

std::string prediction_tables_sql() {
  return fmt::format(kPredictions, fmt::join(column_definitions<TokenScore>(), ",\n  "),
                     fmt::join(column_definitions<LikelyToken>(), ",\n  "));
}

std::string patch_tables_sql() {
  return fmt::format(kPatches, fmt::join(column_definitions<PatchCell>(), ",\n  "));
}

}  // namespace tacet::store
