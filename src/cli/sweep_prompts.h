#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tacet/model.h"
#include "tacet/silence.h"

namespace tacet::cli {

/// Where the prompts of a sweep come from: exactly one of the four.
struct SweepSource {
  std::vector<std::string> texts;        ///< PROMPT...
  std::optional<std::string> list;       ///< --prompts; "-" for standard input
  std::optional<std::string> file;       ///< --prompt-file; "-" for standard input
  std::optional<std::string> token_ids;  ///< --token-ids
  bool prepend_bos = false;
};

/// A prompt of a sweep, ready to be run.
struct SweepInput {
  std::string name;   ///< for messages: "prompts.txt: line 3", "prompt 2"; empty for the only one
  std::string id;     ///< the list's `id`; empty without one
  std::string group;  ///< the list's `group`; empty without one
  Prompt prompt;
  std::vector<int> positions;         ///< that --at names in this prompt; empty means all
  std::vector<WordPair> follow = {};  ///< that --pair names in this prompt
};

/// Throws UsageError unless exactly one source is given.
void check_source(const SweepSource& source);

/// The prompts that the source holds, all of them checked against the model: an error names the
/// prompt, by file and line where it stands in a list. A prompt with the same tokens as one before
/// is left out, with a warning unless `quiet`. Throws InputError for what cannot be used as a
/// prompt, UsageError for --at and --token-ids, ModelError for tokenizer files.
std::vector<SweepInput> resolve_inputs(const SweepSource& source, const std::string& at,
                                       bool exclude_first, const Model& model, bool quiet);

}  // namespace tacet::cli
