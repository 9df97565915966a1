#include "hub/snapshot_writer.h"

#include <system_error>

#include <fmt/format.h>

#include "hub/file_descriptor.h"
#include "hub/repo_id.h"
#include "tacet/error.h"

namespace tacet::hub {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTag =
    "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# Marks this folder as a cache: what is here can be fetched again, backups may leave it out.\n"
    "# See https://bford.info/cachedir/\n";

/// Where something is made before it gets its name: what a kill leaves there looks like any other
/// unfinished blob, and never like a file of a snapshot or a revision.
fs::path temporary_name(const RepoFolder& folder, std::string_view name) {
  return unique_name(folder.blob(name), ".incomplete");
}

/// A second name for the blob or, on another file system, its bytes. Throws OutputError.
void copy_to(const fs::path& blob, const fs::path& copy) {
  std::error_code error;
  fs::create_hard_link(blob, copy, error);
  if (error) fs::copy_file(blob, copy, error);
  if (!error) return;
  std::error_code ignored;
  fs::remove(copy, ignored);
  throw OutputError(
      fmt::format("{}: cannot be written ({}); make room, or set HF_HUB_CACHE to a folder on a "
                  "larger disk, and pull again",
                  copy.string(), error.message()));
}

}  // namespace

void prepare_cache(const RepoFolder& folder) {
  make_folders(folder.blobs());
  const fs::path tag = folder.cache() / "CACHEDIR.TAG";
  std::error_code ignored;
  if (!fs::exists(fs::symlink_status(tag, ignored)))
    replace_file(tag, kTag, unique_name(tag, ".tmp"));
}

void place_in_snapshot(const RepoFolder& folder, std::string_view commit, std::string_view file,
                       std::string_view etag, bool symlinks) {
  const fs::path path = folder.snapshot_file(commit, file);
  const fs::path target = folder.link_target(file, etag);
  std::error_code error;
  const bool is_link = fs::is_symlink(path, error);
  if (is_link && fs::read_symlink(path, error) == target) return;
  make_folders(path.parent_path());
  const fs::path temporary = temporary_name(folder, etag);
  fs::create_symlink(target, temporary, error);
  if (error || !symlinks) {
    fs::remove(temporary, error);
    copy_to(folder.blob(etag), temporary);
  }
  try {
    rename_file(temporary, path);
  } catch (const OutputError&) {
    fs::remove(temporary, error);
    throw;
  }
  // A second name of the same blob is not renamed over itself but left beside it.
  fs::remove(temporary, error);
}

void write_ref(const RepoFolder& folder, std::string_view revision, std::string_view commit) {
  if (is_commit(revision)) return;
  const fs::path path = folder.ref(revision);
  make_folders(path.parent_path());
  replace_file(path, commit, temporary_name(folder, "ref"));
}

void mark_missing(const RepoFolder& folder, std::string_view commit, std::string_view file) {
  const fs::path path = folder.no_exist(commit, file);
  make_folders(path.parent_path());
  const FileDescriptor marker = open_for_append(path);
}

}  // namespace tacet::hub
