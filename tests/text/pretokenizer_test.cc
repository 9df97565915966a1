#include "text/pretokenizer.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/utf8.h"
#include "tacet/error.h"
#include "tacet/tokenizer.h"
#include "text/toy_vocabulary.h"

namespace tacet::text {
namespace pretokenizer_test {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Pieces = std::vector<std::string_view>;

Pieces split(std::string_view text) {
  return Pretokenizer().split(text);
}

/// The kinds of the characters of `mixed_alphabet()`, by its order.
enum class Kind { letter, number, space, other };

Kind kind_of(std::string_view character) {
  const auto& alphabet = testing::mixed_alphabet();
  const auto at = std::ranges::find(alphabet, character) - alphabet.begin();
  if (at < 14) return Kind::letter;
  if (at < 19) return Kind::number;
  return at < 30 ? Kind::space : Kind::other;
}

std::vector<std::string_view> characters_of(std::string_view text) {
  std::vector<std::string_view> characters;
  while (!text.empty()) {
    characters.push_back(text.substr(0, support::utf8_length(text).value()));
    text.remove_prefix(characters.back().size());
  }
  return characters;
}

/// The rules in words, without a regular expression: the number of characters of the piece at `at`.
std::size_t slow_piece(const std::vector<std::string_view>& text, std::size_t at) {
  const auto run = [&](std::size_t from, Kind kind) {
    std::size_t end = from;
    while (end < text.size() && kind_of(text[end]) == kind) ++end;
    return end - from;
  };
  if (text[at] == "'") {
    const auto letter = [&](std::size_t i) { return at + i < text.size() ? text[at + i] : ""; };
    for (const char* one : {"s", "t", "m", "d"}) {
      if (letter(1) == one) return 2;
    }
    for (const char* two : {"re", "ve", "ll"}) {
      if (letter(1) == std::string_view(two, 1) && letter(2) == std::string_view(two + 1)) return 3;
    }
  }
  const Kind kind = kind_of(text[at]);
  if (kind != Kind::space) return run(at, kind);
  const bool word_next = at + 1 < text.size() && kind_of(text[at + 1]) != Kind::space;
  if (text[at] == " " && word_next) return 1 + run(at + 1, kind_of(text[at + 1]));
  const std::size_t n = run(at, Kind::space);
  return at + n == text.size() || n == 1 ? n : n - 1;
}

Pieces slow_split(std::string_view text) {
  const auto characters = characters_of(text);
  Pieces pieces;
  for (std::size_t at = 0; at < characters.size();) {
    const std::size_t n = slow_piece(characters, at);
    const char* begin = characters[at].data();
    at += n;
    const auto& last = characters[at - 1];
    pieces.emplace_back(begin, static_cast<std::size_t>(last.data() + last.size() - begin));
  }
  return pieces;
}

TEST(Pretokenizer, SplitsAsGpt2Does) {
  EXPECT_THAT(split(""), ElementsAre());
  EXPECT_THAT(split("I'm 42 today!!  No\n\n end "),
              ElementsAre("I", "'m", " 42", " today", "!!", " ", " No", "\n\n", " end", " "));
  EXPECT_THAT(split("'stuff we'LL can''t"),
              ElementsAre("'s", "tuff", " we", "'", "LL", " can", "''", "t"));
  EXPECT_THAT(split("cafe\u0301"), ElementsAre("cafe", "\u0301"));
  EXPECT_THAT(split("a\tb"), ElementsAre("a", "\t", "b"));
  EXPECT_THAT(split("a\t\tb"), ElementsAre("a", "\t", "\t", "b"));
}

TEST(Pretokenizer, KnowsUnicodesWhiteSpace) {
  std::vector<unsigned> white = {0x20, 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000};
  for (unsigned code = 0x9; code <= 0xD; ++code) white.push_back(code);
  for (unsigned code = 0x2000; code <= 0x200A; ++code) white.push_back(code);
  std::size_t found = 0;
  for (unsigned code = 1; code < 0x3100; ++code) {
    const std::string character =
        code < 0x80    ? std::string(1, static_cast<char>(code))
        : code < 0x800 ? std::string{static_cast<char>(0xC0U | (code >> 6)),
                                     static_cast<char>(0x80U | (code & 0x3FU))}
                       : std::string{static_cast<char>(0xE0U | (code >> 12)),
                                     static_cast<char>(0x80U | ((code >> 6) & 0x3FU)),
                                     static_cast<char>(0x80U | (code & 0x3FU))};
    // White space, and only that, hands the last of two to no word and takes no blank itself.
    const std::string text = " " + character;
    const bool is_white = split(text + "\n").size() == 1;
    found += is_white ? 1 : 0;
    EXPECT_EQ(is_white, std::ranges::count(white, code) == 1) << fmt::format("U+{:04X}", code);
  }
  EXPECT_EQ(found, white.size());
}

TEST(Pretokenizer, EqualsTheRulesInWords) {
  std::mt19937 random(2);
  const Pretokenizer pretokenizer;
  for (int round = 0; round < 5000; ++round) {
    const std::string text = testing::random_text(random, testing::mixed_alphabet(), random() % 24);
    ASSERT_EQ(pretokenizer.split(text), slow_split(text)) << ::testing::PrintToString(text);
  }
}

TEST(Pretokenizer, TakesLongRunsOfEveryKind) {
  const std::size_t n = std::size_t{1} << 20;
  for (const char* kind : {"a", "\u65e5", "7", "!"}) {
    std::string text;
    for (std::size_t i = 0; i < n; ++i) text += kind;
    EXPECT_THAT(split(text), ElementsAre(text));
  }
  const std::string blanks(n, ' ');
  EXPECT_THAT(split(blanks), ElementsAre(blanks));
  EXPECT_THAT(split(blanks + "x"), ElementsAre(blanks.substr(1), " x"));
  std::string many;
  for (std::size_t i = 0; i < n / 4; ++i) many += "a1 ";
  EXPECT_EQ(split(many).size(), 2 * (n / 4) + 1);
}

TEST(Pretokenizer, SaysWhyPcre2RefusesAPattern) {
  try {
    const Pretokenizer broken("a(");
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("refuses the tokenizer's pattern at character 2: missing"));
  }
}

TEST(Pretokenizer, SaysWherePcre2GivesUp) {
  // Needs a step for each way to share out the letters.
  const Pretokenizer limited("b|(a+)+(?=b)|c", /*match_limit=*/10);
  try {
    limited.split("b" + std::string(30, 'a') + "c");
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("cannot be split at byte 1: match limit exceeded"));
  }
}

TEST(Pretokenizer, TellsTheUnicodeVersion) {
  EXPECT_THAT(unicode_version(), ::testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+"));
}

}  // namespace pretokenizer_test
}  // namespace tacet::text
