#include "cli/sweep_prompts.h"

#include <cstdint>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "cli/output.h"
#include "cli/prompt_input.h"
#include "cli/values.h"
#include "tacet/error.h"
#include "text/json_lines.h"
#include "text/prompt_list.h"

namespace tacet::cli {
namespace {

/// "NAME: TEXT", or the text alone for a prompt without a name.
std::string about(const std::string& name, const std::string& text) {
  return name.empty() ? text : fmt::format("{}: {}", name, text);
}

/// What `make` returns; its errors begin with the prompt's name. An id of a list that does not fit
/// the model is no mistake on the command line.
template <typename Make>
auto named(const std::string& name, bool in_list, const Make& make) {
  try {
    return make();
  } catch (const InputError& error) {
    throw InputError(about(name, error.what()));
  } catch (const UsageError& error) {
    if (in_list) throw InputError(about(name, error.what()));
    throw UsageError(about(name, error.what()));
  }
}

/// What the engine would refuse, found before any work starts.
void check_prompt(const Prompt& prompt, const ModelConfig& config, bool exclude_first) {
  constexpr std::size_t kFewestTokens = 3;
  const std::size_t fewest = kFewestTokens + (exclude_first ? 1 : 0);
  const std::size_t count = prompt.tokens.size();
  if (count < fewest) {
    throw InputError(fmt::format("the prompt has {} token{}, and needs at least {}{}; write more",
                                 count, count == 1 ? "" : "s", fewest,
                                 exclude_first ? " with --exclude-first" : ""));
  }
  if (count > static_cast<std::size_t>(config.n_positions)) {
    throw InputError(
        fmt::format("the prompt has {} tokens, but the model has only {} positions; shorten it",
                    count, config.n_positions));
  }
  for (const Token& token : prompt.tokens) {
    if (token.id >= 0 && token.id < config.vocab_size) continue;
    throw UsageError(
        fmt::format("token id {} is outside the model's vocabulary; ids go from 0 to {}", token.id,
                    config.vocab_size - 1));
  }
}

/// The prompts of --prompts, not yet checked against the model.
std::vector<SweepInput> read_list(const std::string& file, PromptMaker& maker) {
  const std::string name = file == "-" ? "standard input" : file;
  std::vector<SweepInput> inputs;
  for (const text::ListedPrompt& listed :
       text::parse_prompt_list(read_input(file, "a list of prompts", kMaxListMib), name)) {
    SweepInput input;
    input.name = text::line_name(name, listed.line);
    input.id = listed.id;
    input.group = listed.group;
    input.prompt = named(input.name, /*in_list=*/true, [&] {
      return listed.token_ids.empty() ? maker.from_text(listed.text)
                                      : maker.from_ids(listed.token_ids);
    });
    inputs.push_back(std::move(input));
  }
  return inputs;
}

std::vector<SweepInput> read_texts(const std::vector<std::string>& texts, PromptMaker& maker) {
  std::vector<SweepInput> inputs;
  for (const std::string& text : texts) {
    SweepInput input;
    if (texts.size() > 1) input.name = fmt::format("prompt {}", inputs.size() + 1);
    input.prompt = named(input.name, /*in_list=*/false, [&] { return maker.from_text(text); });
    inputs.push_back(std::move(input));
  }
  return inputs;
}

std::vector<SweepInput> read_source(const SweepSource& source, PromptMaker& maker) {
  if (source.list) return read_list(*source.list, maker);
  if (source.file) return read_texts({read_prompt_file(*source.file)}, maker);
  if (!source.token_ids) return read_texts(source.texts, maker);
  SweepInput input;
  input.prompt = maker.from_ids(parse_ids("--token-ids", *source.token_ids));
  return {input};
}

/// Leaves out the prompts that have the tokens of one before them.
std::vector<SweepInput> without_repetitions(std::vector<SweepInput> inputs, bool quiet) {
  std::map<std::vector<std::int32_t>, std::string> names;
  std::vector<SweepInput> kept;
  for (SweepInput& input : inputs) {
    std::vector<std::int32_t> ids;
    for (const Token& token : input.prompt.tokens) ids.push_back(token.id);
    const auto [entry, is_new] = names.emplace(std::move(ids), input.name);
    if (is_new) {
      kept.push_back(std::move(input));
    } else if (!quiet) {
      print_message("warning", fmt::format("{} has the same tokens as {}; it is computed once",
                                           input.name, entry->second));
    }
  }
  return kept;
}

}  // namespace

void check_source(const SweepSource& source) {
  const int given = (source.texts.empty() ? 0 : 1) + (source.list ? 1 : 0) + (source.file ? 1 : 0) +
                    (source.token_ids ? 1 : 0);
  if (given == 1) return;
  throw UsageError(fmt::format(
      "{}; give one of PROMPT... (each in quotes), --prompts FILE, --prompt-file FILE and "
      "--token-ids IDS",
      given == 0 ? "no prompt is given" : "prompts are given in several ways"));
}

std::vector<SweepInput> resolve_inputs(const SweepSource& source, const std::string& at,
                                       bool exclude_first, const Model& model, bool quiet) {
  PromptMaker maker(model, source.prepend_bos, quiet);
  std::vector<SweepInput> inputs = read_source(source, maker);
  const bool in_list = source.list.has_value();
  for (SweepInput& input : inputs) {
    named(input.name, in_list, [&] {
      check_prompt(input.prompt, model.config(), exclude_first);
      return 0;
    });
    // --at stands on the command line, whatever the prompt.
    input.positions =
        named(input.name, /*in_list=*/false, [&] { return resolve_positions(at, input.prompt); });
  }
  return without_repetitions(std::move(inputs), quiet);
}

}  // namespace tacet::cli
