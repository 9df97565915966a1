#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/forward_pass.h"
#include "experiment/next_token.h"
#include "experiment/patch_plan.h"
#include "experiment/summary.h"
#include "tacet/error.h"

namespace tacet {
namespace {

/// "'When' ' Mary' ' and'", or the ids where the texts are not known.
std::string tokens_text(const Prompt& prompt) {
  std::vector<std::string> shown;
  for (const Token& token : prompt.tokens) {
    shown.push_back(token.text.empty() ? fmt::format("{}", token.id)
                                       : fmt::format("'{}'", token.text));
  }
  return fmt::format("{}", fmt::join(shown, " "));
}

/// The same error, saying which of several pairs it is about.
template <typename AnError>
[[noreturn]] void rethrow_for_pair(const AnError& error, std::size_t pair, std::size_t n_pairs) {
  if (n_pairs == 1) throw error;
  throw AnError(fmt::format("pair number {}: {}", pair, error.what()));
}

void check_one(const ModelConfig& config, const PatchPair& pair) {
  for (const Prompt* const prompt : {&pair.clean, &pair.corrupt}) {
    engine::check_request(config, {.token_ids = experiment::ids_of(*prompt), .interventions = {}});
  }
  experiment::check_token(config, pair.target.id, "target");
  experiment::check_token(config, pair.contrast.id, "contrast");
  if (pair.clean.tokens.size() == pair.corrupt.tokens.size()) return;
  throw InputError(fmt::format(
      "the clean prompt has {} tokens and the corrupted one {}, and patching needs two of the same "
      "length: {} against {}; choose other words",
      pair.clean.tokens.size(), pair.corrupt.tokens.size(), tokens_text(pair.clean),
      tokens_text(pair.corrupt)));
}

}  // namespace

namespace experiment {

void check_patch(const ModelConfig& config, std::span<const PatchPair> pairs,
                 const PatchOptions& options) {
  if (pairs.empty()) throw UsageError("patch needs a pair of prompts");
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    try {
      check_one(config, pairs[i]);
    } catch (const UsageError& error) {
      rethrow_for_pair(error, i, pairs.size());
    } catch (const InputError& error) {
      rethrow_for_pair(error, i, pairs.size());
    }
    if (options.by != PatchBy::head &&
        pairs[i].clean.tokens.size() != pairs[0].clean.tokens.size()) {
      throw InputError(fmt::format(
          "pair number {} has {} tokens and pair number 0 has {}: positions mean the same in pairs "
          "of one length alone; patch by head, or keep to one length",
          i, pairs[i].clean.tokens.size(), pairs[0].clean.tokens.size()));
    }
  }
}

}  // namespace experiment

void check_pair(const Model& model, const PatchPair& pair) {
  check_one(model.config(), pair);
}

void check_patch(const Model& model, std::span<const PatchPair> pairs,
                 const PatchOptions& options) {
  experiment::check_patch(model.config(), pairs, options);
}

}  // namespace tacet
