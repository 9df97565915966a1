#include "hub/local_snapshot.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "hub/file_descriptor.h"
#include "hub/model_files.h"
#include "support/file.h"
#include "tacet/error.h"

namespace tacet::hub {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxRefBytes = 1024;

class SnapshotCheck {
 public:
  SnapshotCheck(const RepoFolder& folder, const std::string& commit)
      : folder_(folder), commit_(commit) {}

  LocalSnapshot run() {
    for (const std::string_view name : small_files()) add(name);
    if (add(kWeights)) return finish();
    if (add(kWeightsIndex)) {
      for (const std::string& shard : shards_of(path_of(kWeightsIndex))) need(shard);
    } else {
      need(kWeights);
    }
    return finish();
  }

 private:
  fs::path path_of(std::string_view file) const { return folder_.snapshot_file(commit_, file); }

  bool is_there(std::string_view file) const {
    return std::ranges::any_of(files_, [file](const PulledFile& f) { return f.path == file; });
  }

  bool is_known_to_be_missing(std::string_view file) const {
    std::error_code ignored;
    return fs::exists(folder_.no_exist(commit_, file), ignored);
  }

  void note_problem(const std::string& text) {
    if (problem_.empty()) problem_ = text;
  }

  void need(std::string_view file) {
    if (!add(file)) note_problem(fmt::format("{} is not there", file));
  }

  /// Whether the file is there; it is verified then.
  bool add(std::string_view file) {
    const fs::path path = path_of(file);
    std::error_code error;
    if (!fs::is_regular_file(path, error)) return false;
    const std::optional<ContentId> content = content_of(path);
    if (content) {
      files_.push_back({std::string(file), content->size, false, content->kind});
    } else {
      note_problem(fmt::format("{} does not have the hash that it should, or there is none for it",
                               path.string()));
    }
    return true;
  }

  /// What the file was verified by; nullopt when it is not what it should be.
  std::optional<ContentId> content_of(const fs::path& path) const {
    std::error_code error;
    const std::uint64_t size = fs::file_size(path, error);
    if (fs::is_symlink(path, error)) {
      const std::string etag = fs::read_symlink(path, error).filename().string();
      const ContentId content{size, kind_of(etag), etag};
      const bool is_right = content.kind != EtagKind::other && has_content(path, content);
      return is_right ? std::optional(content) : std::nullopt;
    }
    // A copy, made where there are no links: its hash must be the name of a blob beside it.
    for (const EtagKind kind : {EtagKind::sha256, EtagKind::git_sha1}) {
      ContentId content{size, kind, hash_of(path, kind, size)};
      if (fs::exists(folder_.blob(content.hash), error)) return content;
    }
    return std::nullopt;
  }

  static std::string hash_of(const fs::path& path, EtagKind kind, std::uint64_t size) {
    ContentHash hash(kind, size);
    if (const auto file = open_regular_file(path)) {
      file->read_all([&hash](std::string_view bytes) { hash.update(bytes); });
    }
    return hash.finish();
  }

  LocalSnapshot finish() {
    if (!is_there(kConfig)) note_problem(fmt::format("{} is not there", kConfig));
    const bool has_tokenizer =
        is_there("tokenizer.json") || (is_there("vocab.json") && is_there("merges.txt"));
    const bool has_none =
        is_known_to_be_missing("tokenizer.json") && is_known_to_be_missing("vocab.json");
    if (!has_tokenizer && !has_none) note_problem("there are no files of a tokenizer");
    if (!problem_.empty()) return {std::nullopt, problem_};
    std::ranges::sort(files_, {}, &PulledFile::path);
    return {PullResult{commit_, folder_.snapshot(commit_), files_}, ""};
  }

  const RepoFolder& folder_;
  const std::string& commit_;
  std::vector<PulledFile> files_;
  std::string problem_;
};

}  // namespace

LocalSnapshot check_local(const RepoFolder& folder, const std::string& commit) {
  return SnapshotCheck(folder, commit).run();
}

std::optional<std::string> local_commit(const RepoFolder& folder, const std::string& revision) {
  if (is_commit(revision)) return revision;
  const fs::path path = folder.ref(revision);
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return std::nullopt;
  std::string commit = support::read_file(path, kMaxRefBytes);
  std::erase_if(commit, [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; });
  return is_commit(commit) ? std::optional(commit) : std::nullopt;
}

}  // namespace tacet::hub
