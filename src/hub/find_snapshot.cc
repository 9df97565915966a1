#include "hub/find_snapshot.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "hub/model_files.h"
#include "support/file.h"
#include "support/trim.h"
#include "support/utf8.h"
#include "tacet/error.h"

namespace tacet::hub {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxReferenceBytes = 1'024;
constexpr std::size_t kShortestCommit = 5;
constexpr std::size_t kMaxListed = 8;
constexpr std::array kWeightFiles = {kWeights, kWeightsIndex};
constexpr std::array kPickles = {"pytorch_model.bin", "pytorch_model.bin.index.json"};

std::string shown_path(const fs::path& path) {
  return support::escape_for_display(path.string());
}

/// Also true for a link that leads nowhere.
bool is_named(const fs::path& path) {
  std::error_code error;
  return fs::symlink_status(path, error).type() > fs::file_type::not_found;
}

bool is_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

bool is_short_commit(std::string_view text) {
  return text.size() >= kShortestCommit && text.size() < 40 &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// The commit in a reference's file, without white space around; empty when it holds none.
std::string commit_in(const fs::path& file) {
  try {
    const std::string content = support::read_file(file, kMaxReferenceBytes);
    const std::string text(support::trim(content));
    return is_commit(text) ? text : std::string();
  } catch (const ModelError&) {
    return {};
  }
}

/// A commit, or why there is none.
struct Resolved {
  std::string commit;
  std::string error;
};

std::string listed(const std::vector<std::string>& names) {
  const std::size_t count = std::min(names.size(), kMaxListed);
  std::vector<std::string> safe;
  for (std::size_t i = 0; i < count; ++i) safe.push_back(support::escape_for_display(names[i]));
  return fmt::format("{}{}", fmt::join(safe, ", "), names.size() > count ? ", ..." : "");
}

Resolved unknown_revision(const RepoFolder& repo, std::string_view revision) {
  std::vector<std::string> there;
  for (const auto& [name, commit] : references_of(repo)) there.push_back(name);
  if (there.empty()) there = commits_of(repo);
  const std::string known =
      there.empty() ? "nothing of it is there" : fmt::format("there is: {}", listed(there));
  return {{},
          fmt::format("the cache has no revision '{}' of it ({})",
                      support::escape_for_display(revision), known)};
}

/// A commit that begins with `digits`, of those that have a snapshot.
Resolved complete(const RepoFolder& repo, std::string_view digits) {
  std::vector<std::string> found = commits_of(repo);
  std::erase_if(found, [&](const std::string& one) { return !one.starts_with(digits); });
  if (found.empty()) return unknown_revision(repo, digits);
  if (found.size() == 1) return {found.front(), {}};
  return {{},
          fmt::format("the commits {} all begin with '{}': give more digits", listed(found),
                      support::escape_for_display(digits))};
}

Resolved resolve(const RepoFolder& repo, std::string_view revision) {
  Resolved result;
  const fs::path reference = repo.ref(revision);
  if (is_commit(revision)) {
    result.commit = revision;
  } else if (is_named(reference) && !is_folder(reference)) {
    result.commit = commit_in(reference);
    if (result.commit.empty()) {
      result.error = fmt::format("its reference {} does not hold a commit", shown_path(reference));
    }
  } else if (is_short_commit(revision)) {
    result = complete(repo, revision);
  } else {
    result = unknown_revision(repo, revision);
  }
  if (result.commit.empty() || is_folder(repo.snapshot(result.commit))) return result;
  if (is_commit(revision)) return unknown_revision(repo, revision);
  return {{},
          fmt::format("its revision '{}' stands at the commit {}, of which the cache has no "
                      "snapshot",
                      support::escape_for_display(revision), result.commit)};
}

/// Why a link in the snapshot leads to no file; nullopt for a file, or what is no link.
std::optional<std::string> link_error(const fs::path& file) {
  std::error_code error;
  if (!fs::is_symlink(file, error)) return std::nullopt;
  const fs::file_type type = fs::status(file, error).type();
  if (type == fs::file_type::regular) return std::nullopt;
  const std::string target = shown_path(fs::read_symlink(file, error));
  const std::string name = shown_path(file.filename());
  if (type == fs::file_type::not_found) {
    return fmt::format("its {} is a link to {}, which is not there", name, target);
  }
  if (type == fs::file_type::directory) {
    return fmt::format("its {} is a link to {}, which is a folder", name, target);
  }
  return fmt::format("its {} is a link to {}, which leads to no file", name, target);
}

bool is_needed(const fs::path& file) {
  const fs::path extension = file.extension();
  return extension == ".json" || extension == ".txt" || extension == ".safetensors";
}

bool has_any(const fs::path& folder, const auto& names) {
  return std::ranges::any_of(names, [&](std::string_view name) { return is_named(folder / name); });
}

/// Whether the hub has answered that the repository has no such file.
bool is_known_absent(const RepoFolder& repo, const std::string& commit, std::string_view file) {
  return is_named(repo.no_exist(commit, file));
}

[[noreturn]] void throw_missing(const fs::path& cache, const RepoId& id,
                                std::string_view revision) {
  std::vector<std::string> folders;
  for (const RepoId& one : same_model_ids(id)) folders.push_back(folder_name(one));
  throw ModelError(fmt::format(
      "the model '{}' is not in the Hugging Face cache {} (looked for {}); fetch it "
      "with `{}`, or set HF_HUB_CACHE to the cache that has it",
      id.text(), shown_path(cache), fmt::join(folders, " and "), pull_command(id, revision)));
}

}  // namespace

std::vector<std::pair<std::string, std::string>> references_of(const RepoFolder& repo) {
  std::vector<std::pair<std::string, std::string>> found;
  const fs::path root = repo.refs();
  std::error_code error;
  for (fs::recursive_directory_iterator entry(root, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_directory(ignored)) continue;
    found.emplace_back(entry->path().lexically_relative(root).generic_string(),
                       commit_in(entry->path()));
  }
  std::ranges::sort(found);
  return found;
}

std::vector<std::string> commits_of(const RepoFolder& repo) {
  std::vector<std::string> found;
  std::error_code error;
  for (fs::directory_iterator entry(repo.snapshots(), error), end; !error && entry != end;
       entry.increment(error)) {
    std::string name = entry->path().filename().string();
    if (is_commit(name) && is_folder(entry->path())) found.push_back(std::move(name));
  }
  std::ranges::sort(found);
  return found;
}

std::optional<SnapshotProblem> snapshot_problem(const RepoFolder& repo, const std::string& commit) {
  const fs::path folder = repo.snapshot(commit);
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (is_needed(entry->path())) files.push_back(entry->path());
  }
  if (error) {
    return SnapshotProblem{
        fmt::format("its folder {} cannot be read: {}", shown_path(folder), error.message())};
  }
  std::ranges::sort(files);
  for (const fs::path& file : files) {
    if (auto why = link_error(file)) return SnapshotProblem{*std::move(why)};
  }
  if (!is_named(folder / kConfig)) {
    if (!is_known_absent(repo, commit, kConfig)) {
      return SnapshotProblem{"its config.json has not been fetched"};
    }
    return SnapshotProblem{"the repository has no config.json, so that it holds no model", false};
  }
  if (has_any(folder, kWeightFiles)) return std::nullopt;
  if (has_any(folder, kPickles)) {
    return SnapshotProblem{
        "it has its weights only as pytorch_model.bin, a pickle, which can run code and is not "
        "read; convert them to safetensors (`save_pretrained` with `safe_serialization=True`) and "
        "give that folder",
        !is_known_absent(repo, commit, kWeights)};
  }
  if (!is_known_absent(repo, commit, kWeights)) {
    return SnapshotProblem{"its weights have not been fetched"};
  }
  return SnapshotProblem{"the repository has no model.safetensors; choose a model that has", false};
}

std::string pull_command(const RepoId& id, std::string_view revision) {
  if (revision == kMainRevision) return fmt::format("tacet pull {}", id.text());
  return fmt::format("tacet pull {} --revision {}", id.text(),
                     support::escape_for_display(revision));
}

Snapshot find_snapshot(const fs::path& cache, const RepoId& id, std::string_view revision) {
  check_revision(revision);
  std::string first;  // what is wrong under the first id that the cache knows
  for (const RepoId& one : same_model_ids(id)) {
    const RepoFolder repo(cache, one);
    if (!is_folder(repo.path())) continue;
    const Resolved resolved = resolve(repo, revision);
    SnapshotProblem problem{resolved.error};
    if (problem.what.empty()) {
      const auto found = snapshot_problem(repo, resolved.commit);
      if (!found) return {one, resolved.commit, repo.snapshot(resolved.commit)};
      problem = *found;
    }
    if (!first.empty()) continue;
    first = fmt::format("in {}: {}", shown_path(repo.path()), problem.what);
    if (problem.fetching_helps) {
      first += fmt::format("; `{}` fetches what is missing", pull_command(id, revision));
    }
  }
  if (first.empty()) throw_missing(cache, id, revision);
  throw ModelError(fmt::format("the model '{}' cannot be taken from the Hugging Face cache, {}",
                               id.text(), first));
}

}  // namespace tacet::hub
