#pragma once

#include <optional>
#include <string>

#include "hub/pull.h"

namespace tacet::hub {

/// What the cache has of a model at one commit.
struct LocalSnapshot {
  std::optional<PullResult> result;  ///< when all is there and verified
  std::string problem;               ///< otherwise: what is missing or wrong
};

/// Looks for config, weights and tokenizer in the snapshot and verifies every file by the hash that
/// is the name of its blob. Asks nothing of the network. Throws ModelError for what cannot be read.
LocalSnapshot check_local(const RepoFolder& folder, const std::string& commit);

/// The commit that `revision` stands at, by the cache's refs; nullopt when they do not say.
std::optional<std::string> local_commit(const RepoFolder& folder, const std::string& revision);

}  // namespace tacet::hub
