#pragma once

#include <string>
#include <vector>

#include "tacet/made_prompts.h"

namespace tacet::store {

/// One JSON object a line: id, group, text, corrupt, target, contrast. What `--prompts` and
/// `--pairs` read.
std::string prompts_jsonl(const std::vector<MadePrompt>& prompts);

}  // namespace tacet::store
