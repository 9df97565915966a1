#include "cli/sweep_writer.h"

#include <utility>

#include "cli/run_settings.h"

namespace tacet::cli {
namespace {

// Long enough to share the cost of a transaction, short enough that nobody notices when a signal
// waits for it.
constexpr double kLongestTransaction = 0.1;

}  // namespace

SweepWriter::SweepWriter(store::SweepDatabase& database, std::vector<SweepTarget> targets)
    : database_(database), targets_(std::move(targets)) {}

SweepSink SweepWriter::sink() {
  SweepSink sink;
  sink.trajectory = [this](std::size_t prompt, const TrajectoryResult& result) {
    SweepTarget& target = targets_[prompt];
    if (target.has_trajectory) return;
    begin();
    database_.write(target.run, result);
    target.has_trajectory = true;
    end_if_due();
  };
  sink.result = [this](std::size_t prompt, std::size_t /*intervention*/,
                       const SilenceResult& result) {
    begin();
    database_.write(targets_[prompt].run, result);
    end_if_due();
  };
  return sink;
}

void SweepWriter::commit() {
  if (!deferral_) return;
  database_.commit();
  deferral_.reset();  // ends the process here when a signal came
}

void SweepWriter::begin() {
  if (deferral_) return;
  deferral_.emplace();
  database_.begin();
  opened_ = now_seconds();
}

void SweepWriter::end_if_due() {
  if (now_seconds() - opened_ > kLongestTransaction) commit();
}

}  // namespace tacet::cli
