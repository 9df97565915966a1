#include "store/sweep_database.h"

#include <exception>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "store/database_file.h"
#include "store/file_size_signal.h"
#include "store/patch_json.h"
#include "store/patch_tables.h"
#include "store/predict_json.h"
#include "store/predict_tables.h"
#include "store/sweep_checks.h"
#include "store/sweep_interventions.h"
#include "store/sweep_results.h"
#include "store/sweep_runs.h"
#include "store/sweep_settings.h"
#include "tacet/version.h"

namespace tacet::store {

/// Members are given up in the reverse of the order in which they were made: statements, the
/// connection, and last the right to write.
struct SweepDatabase::Impl {
  explicit Impl(OpenDatabase database)
      : upgrade(std::move(database.upgrade)),
        lock(std::move(database.lock)),
        connection(std::move(database.connection)) {
    runs.emplace(*connection);
    interventions.emplace(*connection);
    results.emplace(*connection, *interventions);
    checks.emplace(*connection);
    predictions.emplace(*connection, *interventions);
    patches.emplace(*connection);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl();

  /// The run `id` of the experiment. Throws the InputError that there is none.
  RunRow row_of(Experiment experiment, std::int64_t id);

  std::optional<DatabaseUpgrade> upgrade;
  std::optional<WriteLock> lock;
  std::unique_ptr<Connection> connection;
  std::optional<RunTables> runs;
  std::optional<InterventionTable> interventions;
  std::optional<ResultTables> results;
  std::optional<CheckTable> checks;
  std::optional<PredictTables> predictions;
  std::optional<PatchTables> patches;
};

SweepDatabase::Impl::~Impl() {
  const FileSizeSignalBlock block;
  patches.reset();
  predictions.reset();
  checks.reset();
  results.reset();
  interventions.reset();
  runs.reset();
  if (lock) {
    try {
      if (connection->in_transaction()) connection->execute("ROLLBACK");
      connection->fold_log();
    } catch (const std::exception&) {
      // What was committed is in the log, and the next one to open the database finds it there.
    }
  }
  connection.reset();
}

RunRow SweepDatabase::Impl::row_of(Experiment experiment, std::int64_t id) {
  if (std::optional<RunRow> row = runs->one(experiment, id)) return std::move(*row);
  connection->fail(fmt::format("it has no run {} of tacet {}", id, to_string(experiment)),
                   "name another run");
}

SweepDatabase::SweepDatabase(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SweepDatabase::~SweepDatabase() = default;
SweepDatabase::SweepDatabase(SweepDatabase&&) noexcept = default;
SweepDatabase& SweepDatabase::operator=(SweepDatabase&&) noexcept = default;

SweepDatabase SweepDatabase::open_for_writing(const std::filesystem::path& file) {
  const FileSizeSignalBlock block;
  return SweepDatabase(std::make_unique<Impl>(open_database_for_writing(file)));
}

SweepDatabase SweepDatabase::open_for_reading(const std::filesystem::path& file) {
  const FileSizeSignalBlock block;
  return SweepDatabase(std::make_unique<Impl>(open_database_for_reading(file)));
}

std::int64_t SweepDatabase::run_of(const Model& model, const Prompt& prompt,
                                   const std::string& prompt_id, const RunSettings& settings,
                                   const std::string& prompt_group) {
  const FileSizeSignalBlock block;
  return impl_->runs->find_or_make(Experiment::sweep, summary_of(model), prompt,
                                   settings_text(settings), prompt_id, prompt_group);
}

std::set<std::string> SweepDatabase::finished(std::int64_t run) const {
  return impl_->results->finished(run);
}

bool SweepDatabase::has_trajectory(std::int64_t run) const {
  return impl_->results->has_trajectory(run);
}

void SweepDatabase::write(std::int64_t run, const TrajectoryResult& result) {
  const FileSizeSignalBlock block;
  impl_->results->write(run, result);
}

void SweepDatabase::write(std::int64_t run, const SilenceResult& result) {
  const FileSizeSignalBlock block;
  impl_->results->write(run, result);
}

void SweepDatabase::write(std::int64_t run, std::span<const StoredCheck> checks) {
  const FileSizeSignalBlock block;
  impl_->checks->write(run, checks);
}

WrittenRun SweepDatabase::write(const Model& model, const PredictResult& result,
                                const std::string& prompt_id, const std::string& prompt_group) {
  const FileSizeSignalBlock block;
  Transaction transaction(*impl_->connection);
  const ModelSummary summary = summary_of(model);
  const std::string settings = predict_settings_text(result, summary);
  WrittenRun written;
  const auto found = impl_->runs->find(Experiment::predict, summary, result.prompt, settings);
  if (found) {
    const StoredPredict stored = predict(*found);
    const bool is_same =
        predict_json(stored.result, summary, kVersion) == predict_json(result, summary, kVersion);
    written.outcome = is_same ? WrittenRun::Outcome::kept : WrittenRun::Outcome::replaced;
  }
  written.id = impl_->runs->find_or_make(Experiment::predict, summary, result.prompt, settings,
                                         prompt_id, prompt_group);
  if (written.outcome != WrittenRun::Outcome::kept) impl_->predictions->write(written.id, result);
  transaction.commit();
  return written;
}

WrittenRun SweepDatabase::write(const Model& model, const PatchResult& result) {
  const FileSizeSignalBlock block;
  Transaction transaction(*impl_->connection);
  const ModelSummary summary = summary_of(model);
  const std::string settings = patch_settings_text(result);
  const Prompt& prompt = result.pairs.front().pair.clean;
  WrittenRun written;
  const auto found = impl_->runs->find(Experiment::patch, summary, prompt, settings);
  if (found) {
    const StoredPatch stored = patch(*found);
    const bool is_same =
        patch_json(stored.result, summary, kVersion) == patch_json(result, summary, kVersion);
    written.outcome = is_same ? WrittenRun::Outcome::kept : WrittenRun::Outcome::replaced;
  }
  written.id = impl_->runs->find_or_make(Experiment::patch, summary, prompt, settings, "", "");
  if (written.outcome != WrittenRun::Outcome::kept) impl_->patches->write(written.id, result);
  transaction.commit();
  return written;
}

StoredPredict SweepDatabase::predict(std::int64_t run) const {
  RunRow row = impl_->row_of(Experiment::predict, run);
  PredictResult result = impl_->predictions->read(row);
  return {.run = std::move(row.header), .result = std::move(result)};
}

StoredPatch SweepDatabase::patch(std::int64_t run) const {
  RunRow row = impl_->row_of(Experiment::patch, run);
  PatchResult result = impl_->patches->read(row);
  return {.run = std::move(row.header), .result = std::move(result)};
}

const std::optional<DatabaseUpgrade>& SweepDatabase::upgrade() const {
  return impl_->upgrade;
}

void SweepDatabase::begin() {
  const FileSizeSignalBlock block;
  impl_->connection->execute("BEGIN IMMEDIATE");
}

void SweepDatabase::commit() {
  const FileSizeSignalBlock block;
  try {
    impl_->connection->execute("COMMIT");
  } catch (...) {
    // All or nothing, so that the next transaction can begin.
    if (impl_->connection->in_transaction()) impl_->connection->execute("ROLLBACK");
    throw;
  }
}

bool SweepDatabase::checkpoint() {
  const FileSizeSignalBlock block;
  return impl_->connection->fold_log();
}

std::vector<StoredRun> SweepDatabase::runs() const {
  std::vector<StoredRun> runs;
  for (RunRow& row : impl_->runs->all(Experiment::sweep)) {
    RunHeader& run = row.header;
    runs.push_back({.id = run.id,
                    .prompt_id = std::move(run.prompt_id),
                    .prompt_group = std::move(run.prompt_group),
                    .prompt = std::move(run.prompt),
                    .settings = settings_from_text(*impl_->connection, row.settings),
                    .model_id = std::move(run.model.id),
                    .model_fingerprint = std::move(run.model.fingerprint),
                    .model_dtype = std::move(run.model.dtype),
                    .model_sha256 = std::move(run.model.sha256),
                    .model_official = std::move(run.model.official),
                    .n_layer = run.model.n_layer,
                    .n_head = run.model.n_head,
                    .d_model = run.model.d_model,
                    .tool_version = std::move(run.tool_version),
                    .n_interventions = impl_->runs->n_finished(run.id)});
  }
  return runs;
}

std::vector<RunHeader> SweepDatabase::runs_of(Experiment experiment) const {
  std::vector<RunHeader> runs;
  for (RunRow& row : impl_->runs->all(experiment)) runs.push_back(std::move(row.header));
  return runs;
}

std::vector<SweepOutcome> SweepDatabase::outcomes(std::int64_t run) const {
  return impl_->results->outcomes(run);
}

std::optional<StoredTrajectory> SweepDatabase::trajectory(std::int64_t run) const {
  return impl_->results->trajectory(run);
}

std::vector<StoredCheck> SweepDatabase::checks(std::int64_t run) const {
  return impl_->checks->all(run);
}

}  // namespace tacet::store
