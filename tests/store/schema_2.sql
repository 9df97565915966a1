-- The tables of version 2, as tacet made them then.
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
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
  tool_version TEXT NOT NULL,
  UNIQUE (model_fingerprint, token_ids, settings, tool_version)
);
CREATE TABLE tokens (
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
  cut_layer INTEGER NOT NULL,
  onset INTEGER,
  immediate_delta REAL NOT NULL,
  late_delta REAL NOT NULL,
  late_layers TEXT NOT NULL,
  persistence REAL,
  growth REAL,
  growth_absolute REAL,
  sign_changes INTEGER NOT NULL,
  late_se REAL,
  growth_low REAL,
  growth_high REAL,
  values_changed INTEGER NOT NULL,
  PRIMARY KEY (run_id, intervention_id)
) WITHOUT ROWID;
CREATE TABLE effects (
  run_id INTEGER NOT NULL,
  intervention_id INTEGER NOT NULL,
  layer INTEGER NOT NULL,
  n_pairs INTEGER NOT NULL,
  mean_clean REAL NOT NULL,
  mean_silenced REAL NOT NULL,
  mean_delta REAL NOT NULL,
  sd_delta REAL NOT NULL,
  t REAL,
  df REAL,
  p REAL,
  p_adjusted REAL,
  significant INTEGER NOT NULL,
  effect TEXT NOT NULL,
  cohen_dz REAL,
  ci_low REAL,
  ci_high REAL,
  direct_mean_delta REAL NOT NULL,
  perturbation REAL NOT NULL,
  norm_ratio REAL NOT NULL,
  mean_distance_clean REAL NOT NULL,
  mean_distance_silenced REAL NOT NULL,
  effective_rank_clean REAL NOT NULL,
  effective_rank_silenced REAL NOT NULL,
  perturbation_absolute REAL NOT NULL,
  cohen_dz_low REAL,
  cohen_dz_high REAL,
  glass_delta REAL,
  glass_delta_low REAL,
  glass_delta_high REAL,
  mean_delta_degrees REAL,
  mean_delta_degrees_low REAL,
  mean_delta_degrees_high REAL,
  cka REAL,
  rank_correlation REAL,
  noise_floor REAL,
  near_noise INTEGER,
  PRIMARY KEY (run_id, intervention_id, layer),
  FOREIGN KEY (run_id, intervention_id) REFERENCES ripples ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TABLE final_norms (
  run_id INTEGER NOT NULL,
  intervention_id INTEGER NOT NULL,
  layer INTEGER NOT NULL,
  n_pairs INTEGER NOT NULL,
  mean_clean REAL NOT NULL,
  mean_silenced REAL NOT NULL,
  mean_delta REAL NOT NULL,
  sd_delta REAL NOT NULL,
  t REAL,
  df REAL,
  p REAL,
  p_adjusted REAL,
  significant INTEGER NOT NULL,
  effect TEXT NOT NULL,
  cohen_dz REAL,
  ci_low REAL,
  ci_high REAL,
  direct_mean_delta REAL NOT NULL,
  perturbation REAL NOT NULL,
  norm_ratio REAL NOT NULL,
  mean_distance_clean REAL NOT NULL,
  mean_distance_silenced REAL NOT NULL,
  effective_rank_clean REAL NOT NULL,
  effective_rank_silenced REAL NOT NULL,
  perturbation_absolute REAL NOT NULL,
  cohen_dz_low REAL,
  cohen_dz_high REAL,
  glass_delta REAL,
  glass_delta_low REAL,
  glass_delta_high REAL,
  mean_delta_degrees REAL,
  mean_delta_degrees_low REAL,
  mean_delta_degrees_high REAL,
  cka REAL,
  rank_correlation REAL,
  noise_floor REAL,
  near_noise INTEGER,
  PRIMARY KEY (run_id, intervention_id),
  FOREIGN KEY (run_id, intervention_id) REFERENCES ripples ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TABLE tests (
  run_id INTEGER NOT NULL,
  intervention_id INTEGER NOT NULL,
  layer INTEGER NOT NULL,
  place INTEGER NOT NULL,
  name TEXT NOT NULL,
  statistic REAL,
  df REAL,
  se REAL,
  p REAL,
  log10_p REAL,
  p_adjusted REAL,
  significant INTEGER NOT NULL,
  ci_low REAL,
  ci_high REAL,
  note TEXT NOT NULL,
  token_share TEXT NOT NULL,
  PRIMARY KEY (run_id, intervention_id, layer, place),
  FOREIGN KEY (run_id, intervention_id) REFERENCES ripples ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TABLE trajectories (
  run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  state NUMERIC NOT NULL,
  depth INTEGER NOT NULL,
  n_pairs INTEGER NOT NULL,
  mean REAL NOT NULL,
  sd REAL NOT NULL,
  q25 REAL NOT NULL,
  median REAL NOT NULL,
  q75 REAL NOT NULL,
  mean_norm REAL NOT NULL,
  mean_distance REAL NOT NULL,
  effective_rank REAL NOT NULL,
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
PRAGMA user_version = 2;
PRAGMA application_id = 1413694804;
