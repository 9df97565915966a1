#include "hub/blob_download.h"

#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "hub/file_descriptor.h"
#include "hub/file_lock.h"
#include "hub/request_failure.h"
#include "tacet/error.h"

namespace tacet::hub {
namespace {

namespace fs = std::filesystem;

/// The bytes that have arrived so far, and their hash.
class IncompleteBlob {
 public:
  IncompleteBlob(const fs::path& path, const BlobRequest& request, const BlobWatch& watch)
      : request_(request),
        watch_(watch),
        file_(open_for_append(path)),
        hash_(request.content.kind, request.content.size) {
    present_ = file_.size();
    if (present_ > request_.content.size) {
      restart();
    } else if (present_ > 0) {
      is_resumed_ = true;
      file_.read_all([this](std::string_view bytes) { hash_.update(bytes); });
    }
  }

  std::uint64_t missing() const { return request_.content.size - present_; }
  /// Whether some of the bytes came before this attempt.
  bool is_resumed() const { return is_resumed_; }

  void fetch(HubClient& client) {
    watch_.start(present_);
    if (missing() == 0) return;
    client.fetch(request_.repo, request_.path, request_.facts,
                 {[this] { return present_; }, [this] { restart(); },
                  [this](std::string_view bytes) { take(bytes); }});
  }

  /// Whether size and hash are right. Called once.
  bool is_right() { return missing() == 0 && hash_.finish() == request_.content.hash; }

  void restart() {
    file_.truncate(0);
    hash_ = ContentHash(request_.content.kind, request_.content.size);
    present_ = 0;
    is_resumed_ = false;
  }

  void sync() const { file_.sync(); }

 private:
  void take(std::string_view bytes) {
    file_.append(bytes);
    hash_.update(bytes);
    present_ += bytes.size();
    watch_.progress(present_);
  }

  const BlobRequest& request_;
  const BlobWatch& watch_;
  FileDescriptor file_;
  ContentHash hash_;
  std::uint64_t present_ = 0;
  bool is_resumed_ = false;
};

/// Removes a file at the end of the scope, unless it was moved away.
class Removal {
 public:
  explicit Removal(std::optional<fs::path> path) : path_(std::move(path)) {}
  ~Removal() {
    std::error_code ignored;
    if (path_) fs::remove(*path_, ignored);
  }
  Removal(const Removal&) = delete;
  Removal& operator=(const Removal&) = delete;

 private:
  std::optional<fs::path> path_;
};

void check_room(const BlobRequest& request, std::uint64_t missing) {
  std::error_code error;
  const fs::space_info space = fs::space(request.folder.blobs(), error);
  if (error || space.available >= missing) return;
  throw OutputError(
      fmt::format("{}: has {} bytes of room, {} needs {} more; make room, or set HF_HUB_CACHE to a "
                  "folder on a larger disk, and pull again",
                  request.folder.cache().string(), space.available, request.path, missing));
}

[[noreturn]] void throw_wrong_bytes(const BlobRequest& request) {
  throw RequestFailure(
      fmt::format("{} of {} came with other bytes than the hub says ({} {}) and was removed; pull "
                  "again, and if it happens again look for a proxy that changes files",
                  request.path, request.repo.text(),
                  request.content.kind == EtagKind::sha256 ? "sha256" : "git's id",
                  request.content.hash),
      false);
}

}  // namespace

bool ensure_blob(HubClient& client, const BlobRequest& request, const BlobWatch& watch) {
  const std::string& etag = request.facts.etag;
  const fs::path blob = request.folder.blob(etag);
  const FileLock lock(request.folder.lock(etag), watch.waiting);
  if (has_content(blob, request.content)) return false;
  if (fs::exists(fs::symlink_status(blob))) {
    watch.note(fmt::format("{} in the cache is damaged and is fetched again", request.path));
  }

  // Two that append to one file would spoil it: without a lock each has its own.
  const fs::path shared = request.folder.incomplete_blob(etag);
  const fs::path path = lock.is_held() ? shared : unique_name(blob, ".incomplete");
  const Removal removal(lock.is_held() ? std::nullopt : std::optional(path));
  {
    IncompleteBlob incomplete(path, request, watch);
    check_room(request, incomplete.missing());
    const bool was_resumed = incomplete.is_resumed();
    incomplete.fetch(client);
    bool is_right = incomplete.is_right();
    if (!is_right && was_resumed) {
      // The beginning may be another program's work.
      watch.note(fmt::format("what was left of {} is damaged; it is fetched from its beginning",
                             request.path));
      incomplete.restart();
      incomplete.fetch(client);
      is_right = incomplete.is_right();
    }
    if (!is_right) {
      std::error_code ignored;
      fs::remove(path, ignored);
      throw_wrong_bytes(request);
    }
    incomplete.sync();
  }
  rename_file(path, blob);
  return true;
}

}  // namespace tacet::hub
