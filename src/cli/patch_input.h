#pragma once

#include <optional>
#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "cli/prompt_input.h"
#include "cli/target_token.h"
#include "tacet/patch.h"

namespace tacet::cli {

/// The pairs of prompts, as written: one by its texts or ids, or a file of many.
struct PairOptions {
  std::optional<std::string> clean;
  std::optional<std::string> corrupt;
  std::optional<std::string> clean_ids;
  std::optional<std::string> corrupt_ids;
  std::optional<std::string> list;  ///< --pairs; "-" for standard input
  bool prepend_bos = false;
};

/// --clean, --corrupt, --clean-ids, --corrupt-ids, --pairs and --prepend-bos.
void declare_pairs(CLI::App& app, PairOptions& options);

/// Throws UsageError unless there is either one whole pair with target and contrast, or a file.
void check_pairs(const PairOptions& pairs, const TargetOptions& targets);

/// The pairs that the options name, all of them checked against the model: an error about a file
/// names its line. Throws InputError, UsageError for tokens on the command line, ModelError for
/// tokenizer files.
std::vector<PatchPair> resolve_pairs(const PairOptions& pairs, const TargetOptions& targets,
                                     const Model& model, PromptMaker& maker);

}  // namespace tacet::cli
