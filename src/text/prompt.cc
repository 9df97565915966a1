#include "tacet/prompt.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include <fmt/format.h>

#include "support/utf8.h"
#include "tacet/error.h"

namespace tacet {
namespace {

std::vector<Token> tokens_of(std::span<const std::int32_t> ids, const Tokenizer* tokenizer,
                             std::optional<std::int32_t> bos) {
  std::vector<Token> tokens;
  tokens.reserve(ids.size() + 1);
  const auto add = [&](std::int32_t id) {
    tokens.push_back(
        {id, tokenizer == nullptr ? std::string() : std::string(tokenizer->piece(id))});
  };
  if (bos) add(*bos);
  for (const std::int32_t id : ids) add(id);
  return tokens;
}

/// Where each token ends in the prompt's text; 0 for a token in front of it.
std::vector<std::size_t> ends_of(const Prompt& prompt) {
  std::size_t total = 0;
  for (const Token& token : prompt.tokens) total += token.text.size();
  // What is longer than the text is the token that was prepended.
  std::size_t in_front = total - std::min(total, prompt.text.size());
  std::vector<std::size_t> ends;
  std::size_t end = 0;
  for (const Token& token : prompt.tokens) {
    const std::size_t skipped = std::min(in_front, token.text.size());
    in_front -= skipped;
    end += token.text.size() - skipped;
    ends.push_back(end);
  }
  return ends;
}

std::vector<int> last_tokens(const Prompt& prompt, std::string_view needle) {
  const std::vector<std::size_t> ends = ends_of(prompt);
  std::vector<int> positions;
  for (std::size_t at = prompt.text.find(needle); at != std::string::npos;
       at = prompt.text.find(needle, at + 1)) {
    // The first token that ends at or behind the needle's last byte holds it.
    const auto token = std::ranges::lower_bound(ends, at + needle.size());
    const int position = static_cast<int>(token - ends.begin());
    if (positions.empty() || positions.back() != position) positions.push_back(position);
  }
  return positions;
}

}  // namespace

Prompt make_prompt(const Tokenizer& tokenizer, std::string_view text,
                   std::optional<std::int32_t> bos) {
  if (text.empty()) throw InputError("the prompt is empty; give a text of three tokens or more");
  return {std::string(text), tokens_of(tokenizer.encode(text), &tokenizer, bos)};
}

Prompt make_prompt(std::span<const std::int32_t> ids, const Tokenizer* tokenizer,
                   std::optional<std::int32_t> bos) {
  if (ids.empty()) throw InputError("the prompt is empty; give three token ids or more");
  std::vector<Token> tokens = tokens_of(ids, tokenizer, bos);
  return {tokenizer == nullptr ? std::string() : tokenizer->decode(ids), std::move(tokens)};
}

std::vector<int> positions_of_text(const Prompt& prompt, std::string_view needle) {
  if (prompt.text.empty()) {
    throw UsageError(
        "the prompt has no text, so that positions cannot be given by text; name them "
        "by index");
  }
  const std::string_view trimmed =
      needle.substr(std::min(needle.find_first_not_of(' '), needle.size()));
  if (trimmed.empty()) {
    throw UsageError("positions by text need some text to look for, such as \"text: pineapple\"");
  }
  std::vector<int> positions = last_tokens(prompt, needle);
  if (positions.empty()) positions = last_tokens(prompt, trimmed);
  if (positions.empty()) {
    throw UsageError(fmt::format("the text \"{}\" stands nowhere in the prompt; check its spelling",
                                 support::escape_for_display(trimmed)));
  }
  return positions;
}

}  // namespace tacet
