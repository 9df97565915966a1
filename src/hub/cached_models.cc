#include "hub/cached_models.h"

#include <algorithm>
#include <map>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>

#include "hub/cache_layout.h"
#include "hub/find_snapshot.h"

namespace tacet::hub {
namespace {

namespace fs = std::filesystem;

/// Adds up the files of a snapshot, those behind links included.
void measure(const fs::path& folder, CachedModel& model) {
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    struct stat status = {};
    if (::stat(entry->path().c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    model.bytes += static_cast<std::uint64_t>(status.st_size);
    model.last_used = std::max(model.last_used.value_or(0), status.st_atime);
  }
}

std::vector<CachedModel> models_of(const RepoFolder& repo, const RepoId& id) {
  std::map<std::string, CachedModel> by_commit;
  const auto entry_of = [&](const std::string& commit) -> CachedModel& {
    CachedModel& model = by_commit.try_emplace(commit, id).first->second;
    model.commit = commit;
    return model;
  };
  for (const std::string& commit : commits_of(repo)) {
    CachedModel& model = entry_of(commit);
    model.folder = repo.snapshot(commit);
    measure(model.folder, model);
    if (const auto problem = snapshot_problem(repo, commit)) model.error = problem->what;
  }
  for (const auto& [name, commit] : references_of(repo)) {
    CachedModel& model = entry_of(commit);
    model.revisions.push_back(name);
    if (commit.empty()) {
      model.error = fmt::format("the reference '{}' does not hold a commit", name);
    } else if (model.folder.empty()) {
      model.error = "the cache has no snapshot of this commit";
    }
  }
  if (by_commit.empty()) entry_of("").error = "nothing of it has been fetched";
  std::vector<CachedModel> models;
  for (auto& [commit, model] : by_commit) models.push_back(std::move(model));
  return models;
}

}  // namespace

std::vector<CachedModel> list_cached_models(const fs::path& cache) {
  std::vector<CachedModel> models;
  std::error_code error;
  for (fs::directory_iterator entry(cache, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    const std::optional<RepoId> id = repo_of_folder(entry->path().filename().string());
    if (!id || !entry->is_directory(ignored)) continue;
    for (CachedModel& model : models_of(RepoFolder(cache, *id), *id)) {
      models.push_back(std::move(model));
    }
  }
  std::ranges::sort(models, {}, [](const CachedModel& model) {
    return std::pair(model.id.text(), model.commit);
  });
  return models;
}

}  // namespace tacet::hub
