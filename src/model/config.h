#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tacet/model.h"

namespace tacet::model {

/// What `config.json` says.
struct ParsedConfig {
  ModelConfig config;
  std::vector<std::string> warnings;  ///< settings that were put aside, one sentence each
};

/// Reads the text of a `config.json` of the GPT-2 family. Settings that are absent have GPT-2's
/// defaults; settings that do not change the forward pass are ignored. All sizes of the result are
/// positive and bounded (2^24, blocks 10,000, MLP width 2^26), and n_head divides d_model. `where`
/// names the file in messages. Throws ModelError naming the setting: for another family, for what
/// the engine does not implement, and for values of a wrong type or out of range. Thread safe.
ParsedConfig parse_config(std::string_view text, std::string_view where);

}  // namespace tacet::model
