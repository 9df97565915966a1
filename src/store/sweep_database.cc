#include "store/sweep_database.h"

#include <exception>
#include <optional>
#include <utility>

#include "store/database_file.h"
#include "store/file_size_signal.h"
#include "store/result_json.h"
#include "store/sweep_checks.h"
#include "store/sweep_results.h"
#include "store/sweep_runs.h"

namespace tacet::store {

/// Members are given up in the reverse of the order in which they were made: statements, the
/// connection, and last the right to write.
struct SweepDatabase::Impl {
  explicit Impl(OpenDatabase database)
      : lock(std::move(database.lock)), connection(std::move(database.connection)) {
    runs.emplace(*connection);
    results.emplace(*connection);
    checks.emplace(*connection);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl();

  std::optional<WriteLock> lock;
  std::unique_ptr<Connection> connection;
  std::optional<RunTables> runs;
  std::optional<ResultTables> results;
  std::optional<CheckTable> checks;
};

SweepDatabase::Impl::~Impl() {
  const FileSizeSignalBlock block;
  checks.reset();
  results.reset();
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
  return impl_->runs->find_or_make(summary_of(model), prompt, prompt_id, settings, prompt_group);
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
  return impl_->runs->all();
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
