#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "cli/prompt_input.h"

namespace tacet::cli {

/// The tokens whose predictions are looked at, as written.
struct TargetOptions {
  std::vector<std::string> targets;
  std::vector<std::string> target_ids;  ///< in place of `targets`
  std::optional<std::string> contrast;
  std::optional<int> contrast_id;  ///< in place of `contrast`
  bool first_token = false;        ///< of a text of several tokens take the first
};

/// The tokens themselves.
struct Targets {
  std::vector<std::int32_t> targets;  ///< at least one
  std::optional<std::int32_t> contrast;
};

/// --target, --contrast, --target-id, --contrast-id and --target-first-token. `several`: --target
/// and --target-id may be given several times.
void declare_targets(CLI::App& app, TargetOptions& options, bool several);

/// Throws UsageError when no target is named or a token is named in two ways; with `one`, also when
/// several targets are.
void check_targets(const TargetOptions& options, bool one);

/// The one token that `text` is; of several, with `first_token`, the first. Throws UsageError,
/// naming `option` and how the text splits, when it is not one token: with the spelling that is
/// one, where a leading space makes it so.
std::int32_t single_token(const std::string& option, const std::string& text, bool first_token,
                          const Tokenizer& tokenizer);

/// The tokens that the options name; the tokenizer is only needed for texts. Throws UsageError as
/// above, ModelError for tokenizer files.
Targets resolve_targets(const TargetOptions& options, PromptMaker& maker);

}  // namespace tacet::cli
