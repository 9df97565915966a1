/// @file
/// Results that outlive the process: a SQLite database as docs/database.md lays it out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "store/database_upgrade.h"
#include "store/stored_patch.h"
#include "store/stored_predict.h"
#include "store/stored_run.h"
#include "tacet/model.h"
#include "tacet/sweep.h"

namespace tacet::store {

/// Everything beside the prompt that decides the numbers of a run. Two runs are the same when the
/// model's fingerprint, the token ids, these and the tool's version are.
struct RunSettings {
  StatesKind states = StatesKind::block;
  Cosine cosine = Cosine::raw;
  int rogue_dimensions = 0;  ///< of Cosine::no_rogue, else 0
  PairsKind pairs = PairsKind::movable;
  bool exclude_first = false;
  int noise_draws = 0;  ///< of the noise floor; 0 where none was asked for
  Test test = Test::paired;
  std::vector<Test> tests_beside;  ///< without `test`, each once, in the order of kAllTests
  ResamplingOptions resampling;    ///< of the tests that draw at random
  double alpha = 0.05;
  Correction correction = Correction::bonferroni;
  Family family = Family::blocks;
  SliceMode mode;                           ///< without its table of values
  std::optional<SliceReference> reference;  ///< what the table was made from, where it was from one
  std::vector<int> positions;               ///< touched, of this prompt; empty means all
  /// The pairs of words that are followed, as they were asked for; sorted, each once.
  std::vector<std::string> follow = {};
  bool operator==(const RunSettings&) const = default;
};

/// The tests beside the one that decides, as RunSettings holds them.
std::vector<Test> tests_beside(const SilenceOptions& options);

/// A run of a sweep as it stands in the database.
struct StoredRun {
  std::int64_t id = 0;
  std::string prompt_id;     ///< the `id` of the prompt file; empty without one
  std::string prompt_group;  ///< its `group`; empty without one
  Prompt prompt;
  RunSettings settings;
  std::string model_id;
  std::string model_fingerprint;
  std::string model_dtype;
  std::string model_sha256;    ///< of the weight file; empty where not known
  std::string model_official;  ///< the published checkpoint that it is; empty where not known
  int n_layer = 0;
  int n_head = 0;
  int d_model = 0;
  std::string tool_version;
  std::int64_t n_interventions = 0;  ///< finished ones
};

/// The clean trajectory of a run as it stands in the database.
struct StoredTrajectory {
  TrajectoryRow embedding;
  std::vector<TrajectoryRow> layers;  ///< one per block, in order
  TrajectoryRow final_norm;           ///< ln_f's output
};

/// A named check of a run with its outcome: a claim of the study and its verdict.
struct StoredCheck {
  std::string name;
  std::string outcome;
  std::string details;  ///< JSON
  bool operator==(const StoredCheck&) const = default;
};

/// The database of sweeps, predictions and patches. One process at a time may write; any number may
/// read meanwhile. For one thread at a time. Every failure is an OutputError or InputError that
/// names the file, what is wrong with it and what to do; a file that is no database of tacet's, or
/// of a version that is not known, is left untouched.
class SweepDatabase {
 public:
  /// Opens `file` for writing, made when it is not there. Throws OutputError when another process
  /// writes to it, when the folder or file is read-only, when the file is no database, is damaged,
  /// or of a version that is not known. One of an older version is brought to this one, in one
  /// transaction, after a copy of it was kept; `upgrade` tells.
  static SweepDatabase open_for_writing(const std::filesystem::path& file);
  /// Opens an existing `file` for reading only. Throws InputError when it is not there, is no
  /// database of tacet's, is damaged, or of a version that is not known. One of an older version is
  /// read into memory and brought to this one there; the file stays as it is.
  static SweepDatabase open_for_reading(const std::filesystem::path& file);

  ~SweepDatabase();
  SweepDatabase(SweepDatabase&&) noexcept;
  SweepDatabase& operator=(SweepDatabase&&) noexcept;

  /// What opening it for writing has changed; nullopt when it was of this version.
  const std::optional<DatabaseUpgrade>& upgrade() const;

  /// The run of this model, prompt and settings of a sweep: the one that is there, or a new one. An
  /// id or group that is not empty takes the place of the one that is there.
  std::int64_t run_of(const Model& model, const Prompt& prompt, const std::string& prompt_id,
                      const RunSettings& settings, const std::string& prompt_group = {});
  /// Specs of the interventions that are finished in `run`.
  std::set<std::string> finished(std::int64_t run) const;
  bool has_trajectory(std::int64_t run) const;

  /// Writes the clean trajectory of `run`, whole, in one transaction.
  void write(std::int64_t run, const TrajectoryResult& result);
  /// Writes the result of one intervention: its effects, ripple, ln_f's row and the pairs that it
  /// followed, whole, in one transaction of its own, or in the one that `begin` opened. Replaces
  /// what is there of it. Negative zeros become zeros. Throws NumericError for NaN. Nothing of a
  /// result whose writing failed is kept.
  void write(std::int64_t run, const SilenceResult& result);

  /// Writes the outcomes of checks of `run`, in one transaction. Replaces those of the same names.
  void write(std::int64_t run, std::span<const StoredCheck> checks);

  /// Writes what `tacet predict` found, whole, in one transaction of its own or in the one that is
  /// open. The run is that of this model, prompt and settings (what was silenced how, targets,
  /// contrast, how many likely tokens); an id or group that is not empty takes the place of the one
  /// that is there. Negative zeros become zeros. Throws NumericError for NaN.
  WrittenRun write(const Model& model, const PredictResult& result,
                   const std::string& prompt_id = {}, const std::string& prompt_group = {});
  /// The same for `tacet patch`, all pairs as one run; there must be one.
  WrittenRun write(const Model& model, const PatchResult& result);

  /// Several writes as one transaction, for speed; what is not committed is rolled back. After a
  /// full disk or another error of the system the transaction may be gone: `commit` throws then.
  void begin();
  void commit();

  /// Folds the write-ahead log into the file, so that it can be copied alone; done when closed,
  /// too. False when a reader or an open transaction stood in the way: `-wal` beside the file
  /// belongs to it then.
  bool checkpoint();

  /// All runs of sweeps, by id.
  std::vector<StoredRun> runs() const;
  /// All runs of the experiment, by id.
  std::vector<RunHeader> runs_of(Experiment experiment) const;
  /// The predictions of `run`. Throws InputError (OutputError when open for writing) when it is no
  /// run of predict, or when rows of it are missing or hold what they should not.
  StoredPredict predict(std::int64_t run) const;
  /// The same for a run of patch.
  StoredPatch patch(std::int64_t run) const;
  /// What `run` holds, in the order of blocks and heads of the interventions.
  std::vector<SweepOutcome> outcomes(std::int64_t run) const;
  /// The clean trajectory of `run`; nullopt when it has none yet.
  std::optional<StoredTrajectory> trajectory(std::int64_t run) const;
  /// The checks of `run`, in the order in which they were first written.
  std::vector<StoredCheck> checks(std::int64_t run) const;

 private:
  struct Impl;
  explicit SweepDatabase(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tacet::store
