#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "store/sweep_database.h"
#include "store/sweep_json.h"

namespace tacet::cli {

/// The runs of `database` with these ids, each summed up over `specs` alone: over what was asked
/// for, whatever else the database holds. With `test`, significance is that test's, in place of the
/// one that the runs were made with. Throws InputError naming a run that lacks one of `specs`, or
/// that was not tested by it.
store::SweepListing read_sweep(const store::SweepDatabase& database,
                               const std::vector<std::int64_t>& ids,
                               const std::set<std::string>& specs,
                               std::optional<Test> test = std::nullopt);

/// What `--show` shows of a database.
struct SweepSelection {
  std::vector<std::int64_t> ids;     ///< runs that belong together, in the order of the database
  std::set<std::string> specs;       ///< interventions that all of them hold
  std::vector<std::string> remarks;  ///< what is left out, in sentences
};

/// Chooses the run `id`, or else the first run that holds results and those of the same model and
/// settings that hold the same interventions (one run a prompt). `heads` is the SPEC of the
/// interventions, or else all that are there count. Throws InputError when there is no such run,
/// UsageError for the SPEC.
SweepSelection select_runs(const store::SweepDatabase& database, std::optional<std::int64_t> id,
                           const std::optional<std::string>& heads);

/// Chooses the runs `ids`, shown together: of one model and settings, each of another prompt. Their
/// interventions are those of `heads`, or else what all of them hold. Throws InputError when there
/// is no such run, when they do not belong together or hold nothing in common; UsageError for the
/// SPEC.
SweepSelection select_group(const store::SweepDatabase& database,
                            const std::vector<std::int64_t>& ids,
                            const std::optional<std::string>& heads);

}  // namespace tacet::cli
