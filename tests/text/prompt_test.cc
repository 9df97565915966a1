#include "tacet/prompt.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tacet/error.h"
#include "text/toy_vocabulary.h"

namespace tacet {
namespace prompt_test {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Ids = std::vector<std::int32_t>;

/// 256 bytes, " p" 256, "in" 257, " pin" 258, "<|endoftext|>" 259.
const Tokenizer& pin() {
  static const Tokenizer kPin =
      testing::toy_vocabulary({{"\u0120", "p"}, {"i", "n"}, {"\u0120p", "in"}}).tokenizer();
  return kPin;
}

Ids ids_of(const Prompt& prompt) {
  Ids ids;
  for (const Token& token : prompt.tokens) ids.push_back(token.id);
  return ids;
}

std::vector<std::string> texts_of(const Prompt& prompt) {
  std::vector<std::string> texts;
  for (const Token& token : prompt.tokens) texts.push_back(token.text);
  return texts;
}

template <typename E, typename F>
std::string error_of(const F& call) {
  try {
    call();
  } catch (const E& error) {
    return error.what();
  }
  return "no error of this kind";
}

TEST(Prompt, FromText) {
  const Prompt prompt = make_prompt(pin(), "a pin");
  EXPECT_EQ(prompt.text, "a pin");
  EXPECT_EQ(ids_of(prompt), Ids({'a', 258}));
  EXPECT_THAT(texts_of(prompt), ElementsAre("a", " pin"));
}

TEST(Prompt, FromTextWithATokenInFront) {
  const Prompt prompt = make_prompt(pin(), "a pin", 259);
  EXPECT_EQ(prompt.text, "a pin");
  EXPECT_EQ(ids_of(prompt), Ids({259, 'a', 258}));
  EXPECT_THAT(texts_of(prompt), ElementsAre("<|endoftext|>", "a", " pin"));
}

TEST(Prompt, FromIds) {
  const Prompt prompt = make_prompt(Ids({'a', 258}), &pin(), 259);
  EXPECT_EQ(prompt.text, "a pin");
  EXPECT_EQ(ids_of(prompt), Ids({259, 'a', 258}));
  EXPECT_THAT(texts_of(prompt), ElementsAre("<|endoftext|>", "a", " pin"));
}

TEST(Prompt, FromIdsWithoutATokenizer) {
  const Prompt prompt = make_prompt(Ids({5, 99'999}), nullptr, 7);
  EXPECT_EQ(prompt.text, "");
  EXPECT_EQ(ids_of(prompt), Ids({7, 5, 99'999}));
  EXPECT_THAT(texts_of(prompt), ElementsAre("", "", ""));
}

TEST(Prompt, RefusesWhatCannotBeOne) {
  EXPECT_THAT(error_of<InputError>([] { make_prompt(pin(), ""); }), HasSubstr("prompt is empty"));
  EXPECT_THAT(error_of<InputError>([] { make_prompt(pin(), "", 259); }),
              HasSubstr("prompt is empty"));
  EXPECT_THAT(error_of<InputError>([] { make_prompt(pin(), "a\xFF"); }),
              HasSubstr("not UTF-8: byte 1"));
  EXPECT_THAT(error_of<InputError>([] { make_prompt(Ids(), nullptr); }),
              HasSubstr("prompt is empty"));
  EXPECT_THAT(error_of<UsageError>([] {
                make_prompt(Ids({1, 5000}), &pin());
              }),
              HasSubstr("token id 5000 is not in the vocabulary"));
  EXPECT_THAT(error_of<UsageError>([] { make_prompt(pin(), "a", 5000); }),
              HasSubstr("token id 5000 is not in the vocabulary"));
}

TEST(PositionsOfText, AreThoseOfTheLastByte) {
  // "x", " pin", " p", "i", "e", " pin", "s"
  const Prompt prompt = make_prompt(pin(), "x pin pie pins");
  ASSERT_THAT(texts_of(prompt), ElementsAre("x", " pin", " p", "i", "e", " pin", "s"));
  EXPECT_THAT(positions_of_text(prompt, " pin"), ElementsAre(1, 5));
  EXPECT_THAT(positions_of_text(prompt, "pin"), ElementsAre(1, 5));
  EXPECT_THAT(positions_of_text(prompt, " pins"), ElementsAre(6));
  EXPECT_THAT(positions_of_text(prompt, " pi"), ElementsAre(1, 3, 5));
  EXPECT_THAT(positions_of_text(prompt, "x"), ElementsAre(0));
  EXPECT_THAT(positions_of_text(prompt, "n"), ElementsAre(1, 5));
  EXPECT_THAT(positions_of_text(prompt, "x pin pie pins"), ElementsAre(6));
}

TEST(PositionsOfText, DropTheBlankWhereThereIsNone) {
  const Prompt prompt = make_prompt(pin(), "pie (pie) pin");
  EXPECT_THAT(positions_of_text(prompt, " pie"), ElementsAre(2, 7));
  EXPECT_THAT(positions_of_text(prompt, " pin"), ElementsAre(9));
}

TEST(PositionsOfText, CountTheTokenInFrontButDoNotLookIntoIt) {
  const Prompt text = make_prompt(pin(), "end pin", 259);
  EXPECT_THAT(positions_of_text(text, "pin"), ElementsAre(4));
  EXPECT_THAT(positions_of_text(text, "end"), ElementsAre(3));
  const Prompt ids = make_prompt(Ids({'e', 258}), &pin(), 259);
  EXPECT_THAT(positions_of_text(ids, "e"), ElementsAre(1));
  EXPECT_THAT(positions_of_text(ids, " pin"), ElementsAre(2));
  // Written out in the text it is part of it.
  const Prompt written = make_prompt(pin(), "<|endoftext|>end");
  EXPECT_THAT(positions_of_text(written, "end"), ElementsAre(0, 3));
}

TEST(PositionsOfText, OverlappingPlacesCountEach) {
  const Prompt prompt = make_prompt(pin(), "aaa");
  EXPECT_THAT(positions_of_text(prompt, "aa"), ElementsAre(1, 2));
}

TEST(PositionsOfText, MayEndWithinACharacterOfSeveralTokens) {
  const Prompt prompt = make_prompt(pin(), "a\u00e9b");
  EXPECT_THAT(positions_of_text(prompt, "\u00e9"), ElementsAre(2));
}

TEST(PositionsOfText, SayWhatIsWrong) {
  const Prompt prompt = make_prompt(pin(), "a pin");
  EXPECT_THAT(error_of<UsageError>([&] { positions_of_text(prompt, " pine\n"); }),
              HasSubstr("the text \"pine\\n\" stands nowhere in the prompt"));
  EXPECT_THAT(error_of<UsageError>([&] { positions_of_text(prompt, ""); }),
              HasSubstr("some text to look for"));
  EXPECT_THAT(error_of<UsageError>([&] { positions_of_text(prompt, "  "); }),
              HasSubstr("some text to look for"));
  const Prompt ids = make_prompt(Ids({1, 2}), nullptr);
  EXPECT_THAT(error_of<UsageError>([&] { positions_of_text(ids, "a"); }),
              HasSubstr("the prompt has no text"));
}

}  // namespace prompt_test
}  // namespace tacet
