/// @file
/// What `tacet pull` prints, as JSON and CSV.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tacet::store {

/// One file that is there.
struct PulledFileRow {
  std::string path;
  std::uint64_t size = 0;
  bool downloaded = false;
  std::string verified;  ///< "sha256", "git-sha1" or "size"
};

/// A model that is in the cache.
struct PullListing {
  std::string repo;
  std::string revision;
  std::string commit;
  std::string snapshot;  ///< the folder
  std::vector<PulledFileRow> files;
};

/// `"schema": "tacet.pull/1"`: schema, version, repo, revision, commit, snapshot and files [{path,
/// size, downloaded, verified}].
std::string pull_json(const PullListing& listing);

/// One line per file under the header path,size,downloaded,verified (RFC 4180).
std::string pull_csv(const PullListing& listing);

}  // namespace tacet::store
