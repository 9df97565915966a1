#pragma once

#include <optional>
#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "cli/options.h"
#include "cli/prompt_input.h"
#include "cli/target_token.h"
#include "tacet/predict.h"

namespace tacet::cli {

/// One prompt of `predict --prompts`, ready to be run.
struct PredictQuestion {
  std::string name;   ///< "prompts.jsonl: line 3", for messages
  std::string id;     ///< the list's `id`; empty without one
  std::string group;  ///< the list's `group`; empty without one
  Prompt prompt;
  std::vector<int> positions;  ///< that --at names in this prompt; empty means all
  Targets targets;
};

/// --prompts of predict.
void declare_predict_list(CLI::App& app, std::optional<std::string>& list);

/// Throws UsageError when the prompt is given in another way too, or a token in two ways.
void check_predict_list(const PromptOptions& prompt, const TargetOptions& targets);

/// The prompts of the file `list`, all of them checked against the model, each with its own target
/// and contrast, or those of the command line where its line has none. A prompt with the same
/// tokens, target and contrast as one before is left out, with a warning unless `quiet`. Throws
/// InputError naming file and line for what is wrong with one, one without a target included;
/// UsageError for --at and the command line's tokens, ModelError for tokenizer files.
std::vector<PredictQuestion> resolve_questions(const std::string& list, const std::string& at,
                                               const TargetOptions& targets,
                                               const ModelConfig& config, PromptMaker& maker,
                                               bool quiet);

}  // namespace tacet::cli
