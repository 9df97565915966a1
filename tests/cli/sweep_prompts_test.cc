#include "cli/sweep_prompts.h"

#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temp_dir.h"
#include "tacet/error.h"

namespace tacet::cli {
namespace sweep_prompts_test {

using tacet::testing::TempDir;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const Model& mini() {
  static const Model kMini = Model::mini();
  return kMini;
}

std::vector<SweepInput> resolve(const SweepSource& source, const std::string& at = "all",
                                bool exclude_first = false) {
  return resolve_inputs(source, at, exclude_first, mini(), /*quiet=*/true);
}

template <typename Error>
std::string error_of(const SweepSource& source, const std::string& at = "all",
                     bool exclude_first = false) {
  try {
    resolve(source, at, exclude_first);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error of this kind";
}

SweepSource texts(std::vector<std::string> prompts) {
  SweepSource source;
  source.texts = std::move(prompts);
  return source;
}

/// A source that is a file with this content.
class ListTest : public ::testing::Test {
 protected:
  SweepSource list(const std::string& content) {
    const std::string file = (folder_ / "prompts.txt").string();
    std::ofstream(file, std::ios::binary) << content;
    SweepSource source;
    source.list = file;
    return source;
  }
  TempDir folder_;
};

TEST(CheckSource, WantsExactlyOne) {
  SweepSource none;
  EXPECT_THROW(check_source(none), UsageError);
  EXPECT_NO_THROW(check_source(texts({"a", "b"})));
  SweepSource two = texts({"a"});
  two.list = "file";
  EXPECT_THROW(check_source(two), UsageError);
  two.texts.clear();
  EXPECT_NO_THROW(check_source(two));
  two.token_ids = "1,2,3";
  EXPECT_THROW(check_source(two), UsageError);
  two.list = std::nullopt;
  EXPECT_NO_THROW(check_source(two));
}

TEST(ResolveInputs, TextsOfTheCommandLine) {
  const auto one = resolve(texts({"I like Mary and pizza"}));
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0].name, "");
  EXPECT_EQ(one[0].id, "");
  EXPECT_EQ(one[0].prompt.text, "I like Mary and pizza");
  EXPECT_TRUE(one[0].positions.empty());
  const auto two = resolve(texts({"I like Mary and pizza", "Berlin is the capital of"}));
  ASSERT_EQ(two.size(), 2U);
  EXPECT_EQ(two[1].name, "prompt 2");
}

TEST(ResolveInputs, TokenIds) {
  SweepSource source;
  source.token_ids = "1,2,3";
  EXPECT_EQ(resolve(source)[0].prompt.tokens.size(), 3U);
  source.token_ids = "1,2,999999";
  EXPECT_NE(error_of<UsageError>(source), "no error of this kind");
}

TEST(ResolveInputs, ErrorsNameThePrompt) {
  EXPECT_THAT(error_of<InputError>(texts({"I like Mary and pizza", ""})),
              AllOf(StartsWith("prompt 2: "), HasSubstr("empty")));
  EXPECT_THAT(error_of<InputError>(texts({"I", "I like Mary and pizza"})),
              AllOf(StartsWith("prompt 1: "), HasSubstr("at least 3")));
  // The only one needs no name.
  EXPECT_THAT(error_of<InputError>(texts({"I"})), StartsWith("the prompt has 1 token,"));
  EXPECT_THAT(error_of<UsageError>(texts({"I like Mary and pizza", "Berlin is the capital of"}),
                                   "text: pizza"),
              AllOf(StartsWith("prompt 2: "), HasSubstr("pizza")));
  EXPECT_THAT(error_of<UsageError>(texts({"I like Mary and pizza", "I like it"}), "4"),
              StartsWith("prompt 2: "));
}

TEST(ResolveInputs, PositionsAreThoseOfEachPrompt) {
  const auto inputs = resolve(texts({"I like Mary and pizza", "pizza is a thing"}), "text: pizza");
  EXPECT_THAT(inputs[0].positions,
              ElementsAre(static_cast<int>(inputs[0].prompt.tokens.size()) - 1));
  EXPECT_NE(inputs[0].positions, inputs[1].positions);
}

TEST(ResolveInputs, TooManyTokens) {
  SweepSource source;
  std::string ids = "1";
  for (int i = 0; i < mini().config().n_positions; ++i) ids += ",1";
  source.token_ids = ids;
  EXPECT_THAT(error_of<InputError>(source), HasSubstr("positions; shorten it"));
}

TEST_F(ListTest, LinesHaveNames) {
  const auto inputs = resolve(list("I like Mary and pizza\n\nBerlin is the capital of\n"));
  ASSERT_EQ(inputs.size(), 2U);
  EXPECT_THAT(inputs[1].name, EndsWith("prompts.txt: line 3"));
  const auto json =
      resolve(list("{\"text\": \"I like it\", \"id\": 7}\n{\"token_ids\": [1, 2, 3]}"));
  EXPECT_EQ(json[0].id, "7");
  EXPECT_EQ(json[1].id, "");
  EXPECT_EQ(json[1].prompt.tokens[2].id, 3);
}

TEST_F(ListTest, ErrorsNameFileAndLine) {
  EXPECT_THAT(error_of<InputError>(list("I like Mary and pizza\nI\n")),
              AllOf(HasSubstr("prompts.txt: line 2: "), HasSubstr("at least 3")));
  EXPECT_THAT(error_of<InputError>(list("I like Mary\n"), "all", true), HasSubstr("at least 4"));
  EXPECT_THAT(error_of<InputError>(list("{\"token_ids\": [1, 2, 999999]}")),
              AllOf(HasSubstr("prompts.txt: line 1: "), HasSubstr("999999")));
  EXPECT_THAT(error_of<InputError>(list("{\"text\": 1}")), HasSubstr("prompts.txt: line 1: text"));
  EXPECT_THAT(error_of<UsageError>(list("I like Mary and pizza\nI like it\n"), "text: pizza"),
              HasSubstr("prompts.txt: line 2: "));
  SweepSource missing;
  missing.list = (folder_ / "none").string();
  EXPECT_THAT(error_of<InputError>(missing), AllOf(HasSubstr("none"), HasSubstr("No such file")));
}

TEST_F(ListTest, TheSameTokensAreComputedOnce) {
  const SweepSource twice = list("I like it\nI like Mary and pizza\nI like it\n");
  EXPECT_EQ(resolve(twice).size(), 2U);
  ::testing::internal::CaptureStderr();
  resolve_inputs(twice, "all", false, mini(), /*quiet=*/false);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              AllOf(StartsWith("tacet: warning: "), HasSubstr("line 3 has the same tokens as"),
                    HasSubstr("line 1")));
}

}  // namespace sweep_prompts_test
}  // namespace tacet::cli
