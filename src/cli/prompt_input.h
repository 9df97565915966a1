#pragma once

#include <string>
#include <vector>

#include "cli/options.h"
#include "tacet/model.h"
#include "tacet/silence.h"

namespace tacet::cli {

/// All bytes of a prompt file, or of standard input for "-", without one line break at the end.
/// Throws InputError when it cannot be read or is larger than 16 MiB.
std::string read_prompt_file(const std::string& file);

/// The text that PROMPT or --prompt-file gives. `argument` is the argument's name. Throws
/// UsageError when none or both are given, InputError as read_prompt_file.
std::string resolve_text(const PromptOptions& options, const std::string& argument);

/// The prompt that the options ask for. Throws UsageError unless exactly one source is given,
/// InputError for text that is no prompt, ModelError for tokenizer files.
Prompt resolve_prompt(const PromptOptions& options, const Model& model,
                      const std::string& model_name, bool quiet);

/// Reads --at: what parse_positions reads, or "text: NEEDLE". Throws UsageError.
std::vector<int> resolve_positions(const std::string& at, const Prompt& prompt);

}  // namespace tacet::cli
