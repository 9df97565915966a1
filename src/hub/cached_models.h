#pragma once

#include <cstdint>
#include <ctime>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hub/repo_id.h"

namespace tacet::hub {

/// One commit of a model that the cache has, or has been asked for.
struct CachedModel {
  explicit CachedModel(RepoId repo) : id(std::move(repo)) {}
  RepoId id;
  std::string commit;                    ///< empty when nothing of the model is there
  std::vector<std::string> revisions;    ///< that stand at this commit, sorted
  std::filesystem::path folder;          ///< the snapshot's; empty when there is none
  std::uint64_t bytes = 0;               ///< of the files that the snapshot leads to
  std::optional<std::time_t> last_used;  ///< when one of them was last read, as far as the file
                                         ///< system keeps that
  std::string error;                     ///< why its files make no model; empty when they may
};

/// The models in a cache, one entry a snapshot, sorted by id and commit, and those of which a
/// reference is there but no snapshot. Data sets and other repositories that hold no models are
/// left out. A cache that is not there is empty. Only names and sizes are looked at. Thread safe.
std::vector<CachedModel> list_cached_models(const std::filesystem::path& cache);

}  // namespace tacet::hub
