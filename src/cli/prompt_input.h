#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options.h"
#include "tacet/model.h"
#include "tacet/silence.h"
#include "tacet/tokenizer.h"

namespace tacet::cli {

/// All bytes of a file of the user's, or of standard input for "-". `what` is what they are to be
/// ("a prompt"). Throws InputError when it cannot be read or is larger than `max_mib` MiB.
std::string read_input(const std::string& file, std::string_view what, std::size_t max_mib);

/// What a list of prompts or pairs may be at most, in MiB.
inline constexpr std::size_t kMaxListMib = 256;

/// A prompt file's bytes without one line break at the end. Throws InputError as read_input; a
/// prompt is smaller than 16 MiB.
std::string read_prompt_file(const std::string& file);

/// Makes the prompts for one model, whose tokenizer it reads once, when it is needed.
class PromptMaker {
 public:
  /// `quiet`: no warning where the tokens' texts are not known.
  PromptMaker(Model model, bool prepend_bos, bool quiet);

  /// Throws InputError for text that is no prompt, ModelError for tokenizer files.
  Prompt from_text(std::string_view text);
  /// Needs no tokenizer. Throws InputError when there is no id, UsageError for an id outside the
  /// tokenizer's vocabulary.
  Prompt from_ids(std::span<const std::int32_t> ids);

  /// The model's tokenizer. Throws ModelError where it has none that can be used.
  const Tokenizer& tokenizer();
  /// The same where it can be used, else null; its files are looked for when it was not needed yet.
  const Tokenizer* tokenizer_if_any();

 private:
  std::optional<std::int32_t> first_id() const;

  Model model_;
  bool prepend_bos_;
  bool quiet_;
  bool looked_for_tokenizer_ = false;
  std::optional<Tokenizer> tokenizer_;
};

/// The text that PROMPT or --prompt-file gives. `argument` is the argument's name. Throws
/// UsageError when none or both are given, InputError as read_prompt_file.
std::string resolve_text(const PromptOptions& options, const std::string& argument);

/// The prompt that the options ask for. Throws UsageError unless exactly one source is given,
/// InputError for text that is no prompt, ModelError for tokenizer files.
Prompt resolve_prompt(const PromptOptions& options, const Model& model, bool quiet);

/// The same with a maker that is used for more than the prompt.
Prompt resolve_prompt(const PromptOptions& options, PromptMaker& maker);

/// Reads --at: what parse_positions reads, or "text: NEEDLE". Throws UsageError.
std::vector<int> resolve_positions(const std::string& at, const Prompt& prompt);

}  // namespace tacet::cli
