#pragma once

#include <optional>
#include <string>

#include "cli/options.h"
#include "hub/pull.h"
#include "hub/repo_id.h"

namespace tacet::cli {

/// Fetches a model into the Hugging Face cache, where the environment says that it is, with a
/// progress line on a terminal and notes of waits, as far as `output` wants them. `revision`: else
/// main. Throws what hub::pull throws.
hub::PullResult fetch_model(const hub::RepoId& repo, const std::optional<std::string>& revision,
                            const OutputOptions& output);

}  // namespace tacet::cli
