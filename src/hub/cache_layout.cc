#include "hub/cache_layout.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "support/utf8.h"
#include "tacet/error.h"

namespace tacet::hub {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kModels = "models--";
constexpr std::string_view kSeparator = "--";

std::string_view checked_etag(std::string_view etag) {
  if (is_safe_path(etag) && etag.find('/') == std::string_view::npos) return etag;
  throw ModelError(
      fmt::format("the etag {} cannot be the name of a file in the cache; check HF_ENDPOINT, this "
                  "is not how a hub answers",
                  support::quote_for_display(etag)));
}

std::string_view checked_commit(std::string_view commit) {
  if (is_commit(commit)) return commit;
  throw ModelError(fmt::format("{} is not a commit, which has 40 hexadecimal digits",
                               support::quote_for_display(commit)));
}

std::string_view checked_file(std::string_view file) {
  if (is_safe_path(file)) return file;
  throw ModelError(fmt::format(
      "the file name {} could lead out of the model's folder and is not used; do not trust where "
      "it came from",
      support::quote_for_display(file)));
}

}  // namespace

RepoFolder::RepoFolder(fs::path cache, const RepoId& id)
    : cache_(std::move(cache)), name_(folder_name(id)) {}

fs::path RepoFolder::blob(std::string_view etag) const {
  return blobs() / checked_etag(etag);
}

fs::path RepoFolder::incomplete_blob(std::string_view etag) const {
  return blobs() / fmt::format("{}.incomplete", checked_etag(etag));
}

fs::path RepoFolder::lock(std::string_view etag) const {
  return cache_ / ".locks" / name_ / fmt::format("{}.lock", checked_etag(etag));
}

fs::path RepoFolder::ref(std::string_view revision) const {
  check_revision(revision);
  return refs() / revision;
}

fs::path RepoFolder::snapshot(std::string_view commit) const {
  return snapshots() / checked_commit(commit);
}

fs::path RepoFolder::snapshot_file(std::string_view commit, std::string_view file) const {
  return snapshot(commit) / checked_file(file);
}

fs::path RepoFolder::no_exist(std::string_view commit, std::string_view file) const {
  return path() / ".no_exist" / checked_commit(commit) / checked_file(file);
}

fs::path RepoFolder::link_target(std::string_view file, std::string_view etag) const {
  fs::path target = "../..";
  for (auto depth = std::ranges::count(checked_file(file), '/'); depth > 0; --depth) target /= "..";
  return target / "blobs" / checked_etag(etag);
}

std::string folder_name(const RepoId& id) {
  std::string name(kModels);
  for (const char c : id.text()) name += c == '/' ? std::string(kSeparator) : std::string(1, c);
  return name;
}

std::optional<RepoId> repo_of_folder(std::string_view name) {
  if (!name.starts_with(kModels)) return std::nullopt;
  const std::string_view rest = name.substr(kModels.size());
  const auto separator = rest.find(kSeparator);
  const std::string id = separator == std::string_view::npos
                             ? std::string(rest)
                             : fmt::format("{}/{}", rest.substr(0, separator),
                                           rest.substr(separator + kSeparator.size()));
  if (repo_id_error(id)) return std::nullopt;
  return RepoId(id);
}

bool is_safe_path(std::string_view path) {
  const bool is_plain = std::ranges::all_of(path, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= ' ' && byte != 0x7F && c != '\\' && c != ':';
  });
  if (!is_plain) return false;
  while (true) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

EtagKind kind_of(std::string_view etag) {
  const bool is_hex = std::ranges::all_of(
      etag, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  if (is_hex && etag.size() == 64) return EtagKind::sha256;
  if (is_hex && etag.size() == 40) return EtagKind::git_sha1;
  return EtagKind::other;
}

}  // namespace tacet::hub
