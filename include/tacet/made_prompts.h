/// @file
/// Prompts from templates, whose answers are single tokens under a model's tokenizer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tacet/tokenizer.h"

namespace tacet {

/// What the prompts ask.
enum class PromptTask {
  ioi,       ///< who is given something: the name that is not the giver's (Wang et al. 2022)
  capitals,  ///< the country of a capital
  food,      ///< what somebody likes, said a sentence before
};

/// `ioi`, `capitals`, `food`.
std::string_view to_string(PromptTask task);

/// One prompt, and the same one with another answer.
struct MadePrompt {
  std::string id;     ///< "ioi-1"
  std::string group;  ///< the words it is about, in the order of the alphabet: "John Mary"
  std::string text;
  std::string corrupt;   ///< as many tokens long as `text`; its answer is `contrast`
  std::string target;    ///< the answer, with its leading space
  std::string contrast;  ///< likewise
};

/// `n` prompts of a task, all different, the same for the same seed and tokenizer. The two
/// orders of the words and the templates take turns. A word is used where it is one token with its
/// leading space (for capitals also where two cities have the same number of tokens at the start of
/// a text), so that text and corrupt are of one length.
/// Throws UsageError when n is below 1 or above what the templates give with this tokenizer.
std::vector<MadePrompt> make_prompts(PromptTask task, std::size_t n, std::uint64_t seed,
                                     const Tokenizer& tokenizer);

}  // namespace tacet
