#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hub/cache_layout.h"
#include "hub/repo_id.h"

namespace tacet::hub {

/// The revision that is meant when none is named.
inline constexpr std::string_view kMainRevision = "main";

/// A model as the cache has it.
struct Snapshot {
  RepoId id;           ///< under which it was found: the one asked for, or its other name
  std::string commit;  ///< 40 hexadecimal digits
  std::filesystem::path folder;
};

/// Finds a model in the cache by reading alone; the network is never asked. A model that is known
/// under two ids (see same_model_ids) is looked for under both, and one whose weights are there
/// wins. `revision` is a branch, a tag, a pull request or a commit whose name stands below `refs/`,
/// a full commit, or the first five digits or more of one. Throws UsageError for a revision that
/// git would refuse; ModelError when the model or the revision is not there, or what is there is
/// damaged or incomplete, with what to run. Thread safe.
Snapshot find_snapshot(const std::filesystem::path& cache, const RepoId& id,
                       std::string_view revision = kMainRevision);

/// The names below `refs/` and the commits that they stand at, sorted by name. What is no reference
/// has an empty commit. Never throws for what it finds.
std::vector<std::pair<std::string, std::string>> references_of(const RepoFolder& repo);

/// The commits that have a snapshot, sorted.
std::vector<std::string> commits_of(const RepoFolder& repo);

/// Why a snapshot cannot be used.
struct SnapshotProblem {
  std::string what;            ///< for the end of a sentence
  bool fetching_helps = true;  ///< false when the repository itself lacks what is needed
};

/// Why the files of a snapshot cannot make a model: no `config.json` or no weights among them, or a
/// link that leads nowhere; nullopt when they may. Contents are not read.
std::optional<SnapshotProblem> snapshot_problem(const RepoFolder& repo, const std::string& commit);

/// The command that fetches a revision of a model.
std::string pull_command(const RepoId& id, std::string_view revision);

}  // namespace tacet::hub
