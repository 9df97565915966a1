#include "cli/patch_input.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "cli/declare.h"
#include "cli/prompt_input.h"
#include "cli/values.h"
#include "tacet/error.h"
#include "text/json_lines.h"
#include "text/pair_list.h"

namespace tacet::cli {
namespace {

Token token_of(std::int32_t id, PromptMaker& maker) {
  const Tokenizer* const tokenizer = maker.tokenizer_if_any();
  Token token{.id = id, .text = {}};
  if (tokenizer != nullptr && id < tokenizer->vocab_size()) token.text = tokenizer->piece(id);
  return token;
}

/// What the command line says of one of the prompts.
Prompt one_prompt(const std::optional<std::string>& text, const std::optional<std::string>& ids,
                  const char* ids_option, PromptMaker& maker) {
  return ids ? maker.from_ids(parse_ids(ids_option, *ids)) : maker.from_text(*text);
}

/// The pair of one line of a list. What is wrong with it is no mistake on the command line.
PatchPair listed_pair(const text::ListedPair& listed, const std::string& where,
                      const TargetOptions& targets, const Model& model, PromptMaker& maker) {
  try {
    const auto token = [&](const char* key, const std::string& text) {
      return token_of(single_token(key, text, targets.first_token, maker.tokenizer()), maker);
    };
    PatchPair pair{.clean = maker.from_text(listed.clean),
                   .corrupt = maker.from_text(listed.corrupt),
                   .target = token("target", listed.target),
                   .contrast = token("contrast", listed.contrast)};
    check_pair(model, pair);
    return pair;
  } catch (const UsageError& error) {
    throw InputError(fmt::format("{}: {}", where, error.what()));
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: {}", where, error.what()));
  }
}

void check_side(const char* name, const std::optional<std::string>& text,
                const std::optional<std::string>& ids) {
  if (text && ids) {
    throw UsageError(
        fmt::format("--{0} and --{0}-ids name one prompt in two ways; give one of the two", name));
  }
  if (!text && !ids) {
    throw UsageError(fmt::format(
        "no {0} prompt is given; give --{0} TEXT (or --{0}-ids IDS), or a file of --pairs", name));
  }
}

}  // namespace

void declare_pairs(CLI::App& app, PairOptions& options) {
  for (CLI::Option* const option :
       {add_text(app, "--clean", "TEXT", options.clean, "The prompt whose answer is the target."),
        add_text(app, "--corrupt", "TEXT", options.corrupt,
                 "The same prompt with other words, as many tokens long."),
        add_text(app, "--clean-ids", "IDS", options.clean_ids,
                 "Token ids in place of --clean, such as 40,1297,616."),
        add_text(app, "--corrupt-ids", "IDS", options.corrupt_ids,
                 "Token ids in place of --corrupt."),
        add_text(app, "--pairs", "FILE", options.list,
                 "Read pairs from FILE, '-' for standard input: JSON Lines with clean, corrupt, "
                 "target and contrast. The effects are averaged."),
        add_flag(app, "--prepend-bos", options.prepend_bos,
                 "Put <|endoftext|> first in all prompts.")}) {
    option->group("Model and prompt");
  }
}

void check_pairs(const PairOptions& pairs, const TargetOptions& targets) {
  if (!pairs.list) {
    check_side("clean", pairs.clean, pairs.clean_ids);
    check_side("corrupt", pairs.corrupt, pairs.corrupt_ids);
    check_targets(targets, /*one=*/true);
    if (!targets.contrast && !targets.contrast_id) {
      throw UsageError("no contrast is named; give --contrast TEXT, the other prompt's answer");
    }
    return;
  }
  const std::array<std::pair<const char*, bool>, 8> others = {{
      {"--clean", pairs.clean.has_value()},
      {"--corrupt", pairs.corrupt.has_value()},
      {"--clean-ids", pairs.clean_ids.has_value()},
      {"--corrupt-ids", pairs.corrupt_ids.has_value()},
      {"--target", !targets.targets.empty()},
      {"--target-id", !targets.target_ids.empty()},
      {"--contrast", targets.contrast.has_value()},
      {"--contrast-id", targets.contrast_id.has_value()},
  }};
  for (const auto& [name, given] : others) {
    if (given) {
      throw UsageError(
          fmt::format("--pairs and {} are both given, and each names prompts and tokens; leave out "
                      "one of the two",
                      name));
    }
  }
}

std::vector<PatchPair> resolve_pairs(const PairOptions& pairs, const TargetOptions& targets,
                                     const Model& model, PromptMaker& maker) {
  std::vector<PatchPair> found;
  if (!pairs.list) {
    const Targets tokens = resolve_targets(targets, maker);
    found.push_back(
        {.clean = one_prompt(pairs.clean, pairs.clean_ids, "--clean-ids", maker),
         .corrupt = one_prompt(pairs.corrupt, pairs.corrupt_ids, "--corrupt-ids", maker),
         .target = token_of(tokens.targets.front(), maker),
         .contrast = token_of(*tokens.contrast, maker)});
    check_pair(model, found.front());
    return found;
  }
  const std::string name = *pairs.list == "-" ? "standard input" : *pairs.list;
  for (const text::ListedPair& listed :
       text::parse_pair_list(read_input(*pairs.list, "a list of pairs", kMaxListMib), name)) {
    found.push_back(listed_pair(listed, text::line_name(name, listed.line), targets, model, maker));
  }
  return found;
}

}  // namespace tacet::cli
