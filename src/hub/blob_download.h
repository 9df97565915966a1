#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "hub/cache_layout.h"
#include "hub/content_hash.h"
#include "hub/hub_client.h"

namespace tacet::hub {

/// A file of a repository that is to be a blob of the cache.
struct BlobRequest {
  const RepoFolder& folder;
  const RepoId& repo;
  std::string path;
  FileFacts facts;  ///< with its size
  ContentId content;
};

/// What a download tells while it runs; each may throw to end it, and what arrived is kept.
struct BlobWatch {
  std::function<void(std::uint64_t present)> start;
  std::function<void(std::uint64_t present)> progress;
  std::function<void(const std::string& text)> note;
  std::function<void()> waiting;  ///< another process holds the lock; often
};

/// Sees to it that the blob is there with the right bytes, and returns whether they were fetched.
/// They arrive in `<etag>.incomplete`, where the next attempt or run goes on, and are moved to
/// their place once size and hash are right; otherwise they are removed. Throws RequestFailure,
/// OutputError and what `watch` throws.
bool ensure_blob(HubClient& client, const BlobRequest& request, const BlobWatch& watch);

}  // namespace tacet::hub
