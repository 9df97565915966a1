#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "hub/repo_id.h"

namespace tacet::hub {

/// Where a model's files lie in the Hugging Face cache. Paths only: nothing is read or made.
///
///     <cache>/models--org--name/       "/" of the id becomes "--"
///       blobs/<etag>                   the bytes of a file
///       refs/<revision>                text: the commit that a branch or tag stands at
///       snapshots/<commit>/<path>      relative link to ../../blobs/<etag>, or the file itself
///       .no_exist/<commit>/<path>      empty: the repository is known not to have this file
///     <cache>/.locks/models--org--name/<etag>.lock
class RepoFolder {
 public:
  RepoFolder(std::filesystem::path cache, const RepoId& id);

  const std::filesystem::path& cache() const { return cache_; }
  std::filesystem::path path() const { return cache_ / name_; }
  std::filesystem::path blobs() const { return path() / "blobs"; }
  std::filesystem::path refs() const { return path() / "refs"; }
  std::filesystem::path snapshots() const { return path() / "snapshots"; }

  // Each throws ModelError when the name could lead out of the folder: an etag, commit or path that
  // comes from a server or a file must not decide where tacet reads or writes.

  /// `etag` is a plain file name.
  std::filesystem::path blob(std::string_view etag) const;
  /// While it is downloaded.
  std::filesystem::path incomplete_blob(std::string_view etag) const;
  std::filesystem::path lock(std::string_view etag) const;
  /// `revision` has passed check_revision(); throws UsageError otherwise.
  std::filesystem::path ref(std::string_view revision) const;
  /// `commit` is a full one.
  std::filesystem::path snapshot(std::string_view commit) const;
  /// `file` is a path within the repository, parts separated by `/`.
  std::filesystem::path snapshot_file(std::string_view commit, std::string_view file) const;
  std::filesystem::path no_exist(std::string_view commit, std::string_view file) const;
  /// What the link at snapshot_file() holds: `../../blobs/<etag>`, one more `..` for each folder
  /// that `file` is in.
  std::filesystem::path link_target(std::string_view file, std::string_view etag) const;

 private:
  std::filesystem::path cache_;
  std::string name_;
};

/// The folder's name, `models--org--name`.
std::string folder_name(const RepoId& id);

/// The model that a folder of the cache holds; nullopt for `datasets--…` and any other name.
std::optional<RepoId> repo_of_folder(std::string_view name);

/// Whether `path`, with parts separated by `/`, stays in the folder that it is joined to on every
/// system: relative, without empty, `.` and `..` parts, backslashes, colons and control characters.
bool is_safe_path(std::string_view path);

/// What an etag of the hub says about the bytes.
enum class EtagKind {
  sha256,    ///< 64 hexadecimal digits: of the content
  git_sha1,  ///< 40 hexadecimal digits: git's id of the blob
  other,     ///< nothing that can be checked
};

/// The kind of `etag`, by its length and digits (lower case).
EtagKind kind_of(std::string_view etag);

}  // namespace tacet::hub
