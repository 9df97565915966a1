#include "cli/follow.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "cli/prompt_view.h"
#include "cli/values.h"
#include "support/utf8.h"
#include "tacet/error.h"

namespace tacet::cli {
namespace {

std::string in_quotes(std::string_view text) {
  return fmt::format("'{}'", support::escape_for_display(text));
}

/// The positions of `word`, or the error in the option's words.
std::vector<int> places_of(std::string_view word, const Prompt& prompt) {
  if (prompt.text.empty()) {
    throw UsageError(
        "--pair names words, and the prompt's text is not known: the model has no tokenizer that "
        "can be used");
  }
  try {
    return positions_of_text(prompt, word);
  } catch (const UsageError& error) {
    throw UsageError(fmt::format("--pair: {}", error.what()));
  }
}

/// The positions of one word of --pair, written WORD or WORD#N.
std::vector<int> positions_of(std::string_view word, const Prompt& prompt) {
  const std::size_t mark = word.rfind('#');
  const bool is_one =
      mark != std::string_view::npos && mark + 1 < word.size() &&
      std::ranges::all_of(word.substr(mark + 1), [](char c) { return c >= '0' && c <= '9'; });
  if (!is_one) return places_of(word, prompt);
  const int number = parse_int("--pair WORD#N", word.substr(mark + 1), 1, kAnyNumber);
  const std::string_view name = word.substr(0, mark);
  const std::vector<int> all = places_of(name, prompt);
  if (static_cast<std::size_t>(number) > all.size()) {
    throw UsageError(fmt::format("--pair asks for place {} of {}, which stands in the prompt {}",
                                 number, in_quotes(name),
                                 all.size() == 1 ? "once" : fmt::format("{} times", all.size())));
  }
  return {all[static_cast<std::size_t>(number - 1)]};
}

std::string number(double value) {
  return fmt::format("{:+.5f}", value);
}

}  // namespace

void declare_follow(CLI::App& app, std::vector<std::string>& pairs) {
  app.add_option("--pair", pairs,
                 "Follow the similarity of two words along the blocks, such as "
                 "'pineapple,pizza': of the last token of every place where they stand, or of "
                 "the second place with 'pizza#2'. May be given several times.")
      ->type_name("WORD,WORD")
      ->allow_extra_args(false)
      ->group("What is measured");
}

std::vector<WordPair> resolve_pairs(std::span<const std::string> pairs, const Prompt& prompt) {
  std::vector<WordPair> found;
  for (const std::string& text : pairs) {
    const std::size_t comma = text.find(',');
    if (comma == std::string::npos || text.find(',', comma + 1) != std::string::npos) {
      throw UsageError(fmt::format(
          "--pair {} does not name two words; write them with a comma between them, such as "
          "'pineapple,pizza'",
          in_quotes(text)));
    }
    const std::size_t before = found.size();
    const std::string_view whole = text;
    for (const int a : positions_of(whole.substr(0, comma), prompt)) {
      for (const int b : positions_of(whole.substr(comma + 1), prompt)) {
        if (a == b) continue;
        const WordPair pair{.name = text, .first = std::min(a, b), .second = std::max(a, b)};
        if (std::ranges::find(found, pair) == found.end()) found.push_back(pair);
      }
    }
    if (found.size() == before) {
      throw UsageError(fmt::format(
          "--pair {} names one token twice, or a pair that is followed already; name two "
          "different tokens",
          in_quotes(text)));
    }
  }
  return found;
}

std::string render_followed(const SilenceResult& result, const View& view) {
  std::string out;
  for (const FollowedPair& one : result.followed) {
    const std::vector<Token>& tokens = result.prompt.tokens;
    const auto piece = [&tokens](int position) {
      return visible_piece(tokens[static_cast<std::size_t>(position)]);
    };
    out +=
        "\n" + view.style.paint(Ink::title, fmt::format("  {} (position {}) and {} (position {})\n",
                                                        piece(one.pair.first), one.pair.first,
                                                        piece(one.pair.second), one.pair.second));
    out += view.style.paint(Ink::title, fmt::format("  {:<5}{:>10}{:>10}{:>11}{:>11}\n", "block",
                                                    "clean", "silenced", "Δ", "direct Δ"));
    const auto add = [&out](const std::string& name, const FollowedRow& row) {
      out += fmt::format("  {:<5}{:>10.5f}{:>10.5f}{:>11}{:>11}\n", name, row.clean, row.silenced,
                         number(row.delta), number(row.direct_delta));
    };
    for (const FollowedRow& row : one.layers) add(fmt::format("L{}", row.layer), row);
    if (one.final_norm) add("ln_f", *one.final_norm);
  }
  if (!out.empty()) {
    out += paragraph("One pair is one number a block: there is nothing to test within it.", view,
                     Ink::dim);
  }
  return out;
}

}  // namespace tacet::cli
