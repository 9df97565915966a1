#include "cli/target_token.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "cli/declare.h"
#include "cli/values.h"
#include "tacet/error.h"

namespace tacet::cli {
namespace {

constexpr const char* kTargetGroup = "What is predicted";

/// "'G' 'ermany'", the first few.
std::string pieces_text(const std::vector<std::int32_t>& ids, const Tokenizer& tokenizer) {
  constexpr std::size_t kShown = 8;
  std::string out;
  for (std::size_t i = 0; i < ids.size() && i < kShown; ++i) {
    out += fmt::format("{}'{}'", out.empty() ? "" : " ", tokenizer.piece(ids[i]));
  }
  return ids.size() > kShown ? out + " …" : out;
}

}  // namespace

void declare_targets(CLI::App& app, TargetOptions& options, bool several) {
  const std::string again =
      several ? " Given several times, the others are scored beside the first." : "";
  const auto set_contrast_id = [&options](const std::string& text) {
    options.contrast_id = parse_int("--contrast-id", text, 0, kAnyNumber);
  };
  for (CLI::Option* const option :
       {add_texts(app, "--target", "TEXT", options.targets,
                  "The next token that is looked at, usually with its leading space: ' Germany'. "
                  "It must be one token." +
                      again),
        add_text(app, "--contrast", "TEXT", options.contrast,
                 "A token to compare it with: the logit difference is target minus contrast."),
        add_texts(app, "--target-id", "ID", options.target_ids,
                  "The target's id in place of its text; needs no tokenizer files." + again),
        add_value(app, "--contrast-id", "ID", set_contrast_id,
                  "The contrast's id in place of its text."),
        add_flag(app, "--target-first-token", options.first_token,
                 "Of a target or contrast of several tokens take the first.")}) {
    option->group(kTargetGroup);
  }
}

void check_targets(const TargetOptions& options, bool one) {
  if (!options.targets.empty() && !options.target_ids.empty()) {
    throw UsageError("--target and --target-id name the target in two ways; give one of the two");
  }
  if (options.contrast && options.contrast_id) {
    throw UsageError(
        "--contrast and --contrast-id name the contrast in two ways; give one of the two");
  }
  const std::size_t count = options.targets.size() + options.target_ids.size();
  if (count == 0) {
    throw UsageError("no target is named; give --target TEXT, such as --target ' Germany'");
  }
  if (one && count > 1) {
    throw UsageError(fmt::format("{} is given {} times; give it once",
                                 options.targets.empty() ? "--target-id" : "--target", count));
  }
}

std::int32_t single_token(const std::string& option, const std::string& text, bool first_token,
                          const Tokenizer& tokenizer) {
  if (text.empty()) {
    throw UsageError(fmt::format("{} is empty; give the text of one token", option));
  }
  const std::vector<std::int32_t> ids = tokenizer.encode(text);
  if (ids.size() == 1 || first_token) return ids.front();
  const std::string spaced = " " + text;
  const bool helps = !text.starts_with(' ') && tokenizer.encode(spaced).size() == 1;
  throw UsageError(
      fmt::format("{} '{}' is {} tokens ({}), and one is needed; {}", option, text, ids.size(),
                  pieces_text(ids, tokenizer),
                  helps ? fmt::format("with its leading space it is one: {} '{}'", option, spaced)
                        : fmt::format("--target-first-token takes the first, '{}'",
                                      tokenizer.piece(ids.front()))));
}

Targets resolve_targets(const TargetOptions& options, PromptMaker& maker) {
  Targets found;
  for (const std::string& text : options.targets) {
    found.targets.push_back(single_token("--target", text, options.first_token, maker.tokenizer()));
  }
  for (const std::string& text : options.target_ids) {
    found.targets.push_back(parse_int("--target-id", text, 0, kAnyNumber));
  }
  for (auto id = found.targets.begin(); id != found.targets.end(); ++id) {
    if (std::find(found.targets.begin(), id, *id) == id) continue;
    throw UsageError(
        fmt::format("token {} is named as a target twice; name each target once", *id));
  }
  if (options.contrast) {
    found.contrast =
        single_token("--contrast", *options.contrast, options.first_token, maker.tokenizer());
  }
  if (options.contrast_id) found.contrast = *options.contrast_id;
  return found;
}

}  // namespace tacet::cli
