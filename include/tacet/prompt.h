/// @file
/// From what the user wrote to the tokens that the model reads.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "tacet/silence.h"
#include "tacet/tokenizer.h"

namespace tacet {

/// Tokenizes `text`, with `bos` in front when given.
/// Throws InputError when the text is empty or not UTF-8.
Prompt make_prompt(const Tokenizer& tokenizer, std::string_view text,
                   std::optional<std::int32_t> bos = std::nullopt);

/// A prompt from ids alone. Its text (the ids decoded, without `bos`) and the pieces are filled in
/// when a tokenizer is given, else left empty.
/// Throws UsageError for an id outside the tokenizer's vocabulary, InputError when there is none.
Prompt make_prompt(std::span<const std::int32_t> ids, const Tokenizer* tokenizer,
                   std::optional<std::int32_t> bos = std::nullopt);

/// The positions of the last token of each place where `needle` stands in the prompt's text
/// (`--at "text: pineapple"`): the token that holds the place's last byte. A place is any run of
/// bytes, within a word too; overlapping places count each; a prepended token is not searched. A
/// needle that stands nowhere is looked for again without its leading blanks. Sorted, without
/// repetitions. Throws UsageError when it stands nowhere, is blank, or the prompt has no text.
std::vector<int> positions_of_text(const Prompt& prompt, std::string_view needle);

}  // namespace tacet
