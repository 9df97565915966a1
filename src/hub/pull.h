#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "hub/environment.h"
#include "hub/hub_client.h"
#include "hub/repo_id.h"
#include "hub/retry.h"

namespace tacet::hub {

/// What is going on, for whoever watches.
struct PullEvent {
  enum class Kind {
    file,      ///< `path` begins to be fetched: `done` of `total` bytes were there
    progress,  ///< so many are now
    finished,  ///< `path` is there and verified
    note,      ///< `text` tells of a wait or of a damaged file
  };
  Kind kind = Kind::note;
  std::string path;
  std::uint64_t done = 0;
  std::uint64_t total = 0;
  std::string text;
};

/// Called from one thread at a time, though not always the same.
using Watch = std::function<void(const PullEvent& event)>;

/// What to fetch, and how.
struct PullOptions {
  std::string revision = "main";
  int parallel = 4;  ///< files at a time, from 1 on
  std::string user_agent = "tacet";
  RetryPolicy retry;
};

/// One file of the model.
struct PulledFile {
  std::string path;
  std::uint64_t size = 0;
  bool downloaded = false;              ///< false: it was there before
  EtagKind verified = EtagKind::other;  ///< by what; `other`: by its size
};

/// What is there afterwards.
struct PullResult {
  std::string commit;
  std::filesystem::path snapshot;
  std::vector<PulledFile> files;  ///< in the order of their names
};

/// Sees to it that the model's files are in the cache that `environment` names, in the layout of
/// the Hugging Face tools, each with the size and hash that the hub says: config and tokenizer, and
/// the weights as safetensors. What is there already is verified and not fetched; for a full commit
/// that is there nothing is asked of the network. Unfinished files are resumed, also those of an
/// earlier run. Safe beside other processes that do the same.
/// Throws UsageError for a revision that cannot be one; ModelError when the hub, the repository or
/// a file of it is not as it should be, saying what to do; OutputError when the disk is full.
PullResult pull(const RepoId& repo, const Environment& environment, const PullOptions& options,
                const Watch& watch = {});

}  // namespace tacet::hub
