#pragma once

#include <span>
#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "cli/view.h"
#include "tacet/prompt.h"
#include "tacet/silence.h"

namespace tacet::cli {

/// --pair, which may be given several times.
void declare_follow(CLI::App& app, std::vector<std::string>& pairs);

/// The pairs of tokens that "WORD,WORD" names in the prompt: the last token of every place where
/// each of the words stands, or, with `#N` behind a word, of its N-th place alone, counted from 1.
/// Throws UsageError naming what is wrong: no two words, one that stands nowhere, a place that is
/// not there, or twice the same token.
std::vector<WordPair> resolve_pairs(std::span<const std::string> pairs, const Prompt& prompt);

/// The pairs' similarities along the blocks, clean and silenced; empty when none are followed.
std::string render_followed(const SilenceResult& result, const View& view);

}  // namespace tacet::cli
