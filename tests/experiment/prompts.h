/// @file
/// Prompts of ids alone, for the tests of the experiment.
#pragma once

#include <cstdint>
#include <span>

#include "support/tiny_model.h"
#include "tacet/silence.h"

namespace tacet::testing {

/// A prompt of the given ids, without text.
inline Prompt prompt_of(std::span<const std::int32_t> ids) {
  Prompt prompt;
  for (const std::int32_t id : ids) prompt.tokens.push_back({id, ""});
  return prompt;
}

/// A random prompt of `n_tokens` ids below 32, the vocabulary of TinyModelOptions' default.
inline Prompt random_prompt(int n_tokens, std::uint32_t seed = 4) {
  return prompt_of(random_ids(n_tokens, 32, seed));
}

/// The ids of a prompt.
inline std::vector<std::int32_t> ids_in(const Prompt& prompt) {
  std::vector<std::int32_t> ids;
  for (const Token& token : prompt.tokens) ids.push_back(token.id);
  return ids;
}

}  // namespace tacet::testing
