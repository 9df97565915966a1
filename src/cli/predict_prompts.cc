#include "cli/predict_prompts.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "cli/declare.h"
#include "cli/output.h"
#include "cli/prompt_input.h"
#include "tacet/error.h"
#include "text/json_lines.h"
#include "text/prompt_list.h"

namespace tacet::cli {
namespace {

/// What `make` returns; its errors begin with file and line and are no mistakes of the command
/// line.
template <typename Make>
auto in_line(const std::string& name, const Make& make) {
  try {
    return make();
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: {}", name, error.what()));
  } catch (const UsageError& error) {
    throw InputError(fmt::format("{}: {}", name, error.what()));
  }
}

/// What the engine would refuse, found before any work starts.
void check_prompt(const Prompt& prompt, const ModelConfig& config) {
  if (prompt.tokens.size() > static_cast<std::size_t>(config.n_positions)) {
    throw InputError(
        fmt::format("the prompt has {} tokens, but the model has only {} positions; shorten it",
                    prompt.tokens.size(), config.n_positions));
  }
  for (const Token& token : prompt.tokens) {
    if (token.id >= 0 && token.id < config.vocab_size) continue;
    throw InputError(
        fmt::format("token id {} is outside the model's vocabulary; ids go from 0 to {}", token.id,
                    config.vocab_size - 1));
  }
}

/// The tokens of one line; those of the command line stand where it has none.
Targets targets_of(const text::ListedPrompt& listed, const Targets& given, bool first_token,
                   PromptMaker& maker) {
  Targets targets = given;
  if (!listed.target.empty()) {
    targets.targets = {single_token("target", listed.target, first_token, maker.tokenizer())};
  }
  if (!listed.contrast.empty()) {
    targets.contrast = single_token("contrast", listed.contrast, first_token, maker.tokenizer());
  }
  if (targets.targets.empty()) {
    throw InputError(
        "the prompt has no target; write {\"text\": \"...\", \"target\": \" Germany\"}, or give "
        "--target for all prompts without one");
  }
  return targets;
}

/// Leaves out the prompts that ask what one before them asks.
std::vector<PredictQuestion> without_repetitions(std::vector<PredictQuestion> questions,
                                                 bool quiet) {
  using Key = std::pair<std::vector<std::int32_t>, std::int64_t>;
  std::map<Key, std::string> names;
  std::vector<PredictQuestion> kept;
  for (PredictQuestion& question : questions) {
    Key key;
    for (const Token& token : question.prompt.tokens) key.first.push_back(token.id);
    for (const std::int32_t id : question.targets.targets) key.first.push_back(id);
    key.second = question.targets.contrast ? *question.targets.contrast : std::int64_t{-1};
    const auto [entry, is_new] = names.emplace(std::move(key), question.name);
    if (is_new) {
      kept.push_back(std::move(question));
    } else if (!quiet) {
      print_message("warning", fmt::format("{} has the same tokens and target as {}; it is "
                                           "computed once",
                                           question.name, entry->second));
    }
  }
  return kept;
}

}  // namespace

void declare_predict_list(CLI::App& app, std::optional<std::string>& list) {
  add_text(
      app, "--prompts", "FILE", list,
      "Read prompts from FILE, '-' for standard input: one a line, or JSON Lines with text and "
      "perhaps target, contrast, id and group, as make-prompts writes them. The changes are "
      "summed up over the prompts.")
      ->group("Model and prompt");
}

void check_predict_list(const PromptOptions& prompt, const TargetOptions& targets) {
  const std::array<std::pair<const char*, bool>, 3> others = {
      {{"PROMPT", prompt.text.has_value()},
       {"--prompt-file", prompt.file.has_value()},
       {"--token-ids", prompt.token_ids.has_value()}}};
  for (const auto& [name, given] : others) {
    if (!given) continue;
    throw UsageError(fmt::format(
        "--prompts and {} are both given, and each names prompts; leave out one of the two", name));
  }
  TargetOptions checked = targets;
  // The lines may have targets of their own.
  if (checked.targets.empty() && checked.target_ids.empty()) checked.target_ids = {"0"};
  check_targets(checked, /*one=*/false);
}

std::vector<PredictQuestion> resolve_questions(const std::string& list, const std::string& at,
                                               const TargetOptions& targets,
                                               const ModelConfig& config, PromptMaker& maker,
                                               bool quiet) {
  const Targets given = resolve_targets(targets, maker);
  const std::string file = list == "-" ? "standard input" : list;
  std::vector<PredictQuestion> questions;
  for (const text::ListedPrompt& listed :
       text::parse_prompt_list(read_input(list, "a list of prompts", kMaxListMib), file)) {
    PredictQuestion question;
    question.name = text::line_name(file, listed.line);
    question.id = listed.id;
    question.group = listed.group;
    in_line(question.name, [&] {
      question.prompt = listed.token_ids.empty() ? maker.from_text(listed.text)
                                                 : maker.from_ids(listed.token_ids);
      check_prompt(question.prompt, config);
      question.targets = targets_of(listed, given, targets.first_token, maker);
      return 0;
    });
    try {
      question.positions = resolve_positions(at, question.prompt);
    } catch (const UsageError& error) {
      // --at stands on the command line, whatever the prompt.
      throw UsageError(fmt::format("{}: {}", question.name, error.what()));
    }
    questions.push_back(std::move(question));
  }
  return without_repetitions(std::move(questions), quiet);
}

}  // namespace tacet::cli
