#include "text/vocabulary_files.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tacet/error.h"
#include "text/toy_vocabulary.h"

namespace tacet::text {
namespace vocabulary_files_test {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing::toy_vocabulary;
using testing::ToyVocabulary;

struct Files {
  std::string vocab;
  std::string merges;
  std::optional<std::string> added;
  std::optional<std::string> config;
};

Vocabulary parse(const Files& files) {
  return parse_vocabulary_files({files.vocab, files.merges, files.added, files.config}, "dir");
}

std::string error_of(const Files& files) {
  try {
    parse(files);
  } catch (const ModelError& error) {
    return error.what();
  }
  return "no error";
}

/// 256 bytes, "ab" = 256, "abc" = 257, "<|endoftext|>" = 258.
ToyVocabulary toy() {
  return toy_vocabulary({{"a", "b"}, {"ab", "c"}});
}

Files good_files() {
  return {toy().vocab_json(), toy().merges_txt(), {}, {}};
}

/// The files with a changed vocabulary.
Files with_vocab(const std::function<void(json&)>& change) {
  Files files = good_files();
  json vocab = toy().vocab;
  change(vocab);
  files.vocab = vocab.dump();
  return files;
}

Files with_merges(const std::string& merges) {
  Files files = good_files();
  files.merges = merges;
  return files;
}

Files with_config(const json& config) {
  Files files = good_files();
  files.config = config.dump();
  return files;
}

TEST(VocabularyFiles, AreRead) {
  const Vocabulary vocabulary = parse(good_files());
  EXPECT_EQ(vocabulary.size, 259);
  EXPECT_EQ(vocabulary.pieces.at(257), "abc");
  EXPECT_EQ(vocabulary.byte_ids[' '], ' ');
  EXPECT_EQ(vocabulary.end_of_text, 258);
  ASSERT_EQ(vocabulary.merges.size(), 2U);
  EXPECT_EQ(vocabulary.merges[1].left, 256);
  EXPECT_EQ(vocabulary.merges[1].right, 'c');
  EXPECT_EQ(vocabulary.merges[1].result, 257);
  EXPECT_EQ(vocabulary.ranks.at(Vocabulary::pair_key(256, 'c')), 1U);
  ASSERT_EQ(vocabulary.added.size(), 1U);
  EXPECT_EQ(vocabulary.added[0].text, "<|endoftext|>");
  EXPECT_TRUE(vocabulary.added[0].special);
  EXPECT_TRUE(vocabulary.whole_pieces.empty());
}

TEST(VocabularyFiles, MayHaveGapsAndNoEndOfText) {
  const Vocabulary vocabulary = parse(with_vocab([](json& vocab) {
    vocab.erase("<|endoftext|>");
    vocab["\u0120word"] = 16'777'215;
  }));
  EXPECT_EQ(vocabulary.size, 16'777'216);
  EXPECT_EQ(vocabulary.pieces.at(16'777'215), " word");
  EXPECT_FALSE(vocabulary.end_of_text);
  EXPECT_TRUE(vocabulary.added.empty());
}

TEST(VocabularyFiles, MergesComeInEveryUsualForm) {
  for (const char* merges :
       {"#version: 0.2\na b\nab c\n", "#version: 0.2\na b\nab c", "a b\nab c\n",
        "#version: 0.2\r\na b\r\nab c\r\n", "#version: 1\na b\nab c\n\n"}) {
    EXPECT_EQ(parse(with_merges(merges)).merges.size(), 2U) << merges;
  }
  EXPECT_TRUE(parse(with_merges("")).merges.empty());
  EXPECT_TRUE(parse(with_merges("#version: 0.2\n")).merges.empty());
}

// "#" is not a comment mark: GPT-2 merges "#" and "#".
TEST(VocabularyFiles, MergesMayBeginWithTheNumberSign) {
  const ToyVocabulary signs = toy_vocabulary({{"#", "#"}, {"##", "##"}});
  EXPECT_EQ(signs.parsed().merges.size(), 2U);
  EXPECT_EQ(parse({signs.vocab_json(), "# #\n## ##\n", {}, {}}).merges.size(), 2U);
}

TEST(VocabularyFiles, TellWhatIsWrongWithTheVocabulary) {
  const auto change = [](const char* token, json id) {
    return with_vocab([&](json& vocab) { vocab[token] = id; });
  };
  const auto no_byte = with_vocab([](json& vocab) { vocab.erase("\u010A"); });
  const std::string start = "dir/vocab.json: ";
  Files twice = good_files();
  twice.vocab.replace(0, 1, "{\"a\":97,");
  Files broken = good_files();
  broken.vocab.resize(100);
  const std::vector<std::pair<Files, std::string>> cases = {
      {{"", "", {}, {}}, start + "byte 0: not JSON"},
      {{"[]", "", {}, {}}, start + "is an array where an object must be"},
      {{"null", "", {}, {}}, start + "is null where an object must be"},
      {broken, start + "byte 100: not JSON"},
      {twice, "the key \"a\" stands twice"},
      {change("x", 97), start + "token \"x\" has id 97, which is also that of \"a\""},
      {change("x", -1), start + "the id of token \"x\" is -1; it must be a whole number"},
      {change("x", 1.0), start + "the id of token \"x\" is 1.0; it must be a whole number"},
      {change("x", "1"), start + "the id of token \"x\" is \"1\"; it must be"},
      {change("x", nullptr), start + "the id of token \"x\" is null; it must be"},
      {change("x", json::array({1})), start + "the id of token \"x\" is an array; it must be"},
      {change("x", 1 << 24), start + "token \"x\" has id 16777216; ids must be below 16777216"},
      {change("x", 18446744073709551615U), "has id 18446744073709551615; ids must be"},
      {change("", 300), start + "a token is empty"},
      {no_byte, start + "no token for the single byte 0x0a"},
  };
  for (const auto& [files, fragment] : cases) {
    EXPECT_THAT(error_of(files), HasSubstr(fragment));
  }
}

TEST(VocabularyFiles, TellWhatIsWrongWithTheMerges) {
  const std::string line2 = "dir/merges.txt: line 2: ";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"#version\nab\n", line2 + "\"ab\" is not a merge"},
      {"#version\na b c\n", line2 + "\"a b c\" is not a merge"},
      {"#version\na  b\n", line2 + "\"a  b\" is not a merge"},
      {"#version\n b\n", line2 + "\" b\" is not a merge"},
      {"#version\na \n", line2 + "\"a \" is not a merge"},
      {"#version\na\tb\n", line2 + "\"a\\tb\" is not a merge"},
      {"#version\n\na b\n", line2 + "\"\" is not a merge"},
      {"a b\n#version: 0.2\n", line2 + "the merge needs token \"#version:\""},
      {"a b\nx y\n", line2 + "the merge needs token \"xy\", which is not in the vocabulary"},
      {"a b\nxyz c\n", line2 + "the merge needs token \"xyz\""},
      {"a b\nc xyz\n", line2 + "the merge needs token \"xyz\""},
      {"a b\na b\n", line2 + "the merge of \"a\" and \"b\" stands in the list twice"},
      {"a b\na \xFF\n", "dir/merges.txt: byte 6: not UTF-8"},
  };
  for (const auto& [merges, fragment] : cases) {
    EXPECT_THAT(error_of(with_merges(merges)), HasSubstr(fragment)) << merges;
  }
}

TEST(VocabularyFiles, KeepMessagesShortAndPrintable) {
  const std::string error = error_of(with_merges(std::string(100'000, '\x1b')));
  EXPECT_LT(error.size(), 500U);
  EXPECT_EQ(error.find('\x1b'), std::string::npos);
}

TEST(VocabularyFiles, AddedTokensAreTextAsItStands) {
  Files files = good_files();
  files.added = R"({"<|pad|>": 259, "\u00e9": 260, "ab": 256})";
  const ToyVocabulary plain = toy();
  // The character of byte 0xE9 is in the vocabulary already, as that byte.
  EXPECT_THAT(error_of(files), AllOf(StartsWith("dir/added_tokens.json: added token \"\u00e9\""),
                                     HasSubstr("has it as id 233 for the bytes \"\\xe9\"")));
  files.added = R"({"<|pad|>": 259, "caf\u00e9 au lait": 260, "ab": 256})";
  const Vocabulary vocabulary = parse(files);
  EXPECT_EQ(vocabulary.added.size(), 4U);
  EXPECT_EQ(vocabulary.pieces.at(260), "caf\u00e9 au lait");
  EXPECT_EQ(vocabulary.size, 261);
}

TEST(VocabularyFiles, AnAddedTokenIsNoSingleByte) {
  Files files = with_vocab([](json& vocab) { vocab.erase("\u00e9"); });
  files.added = R"({"\u00e9": 233})";
  EXPECT_THAT(error_of(files), HasSubstr("no token for the single byte 0xe9"));
}

TEST(VocabularyFiles, TellWhatIsWrongWithAddedTokens) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"[]", "dir/added_tokens.json: is an array where an object must be"},
      {"{", "dir/added_tokens.json: byte 1: not JSON"},
      {R"({"ab": 300})", "added token \"ab\" has id 300, but the vocabulary has it as id 256"},
      {R"({"new": 97})", "token \"new\" has id 97, which is also that of \"a\""},
      {R"({"new": -3})", "the id of token \"new\" is -3"},
      {R"({"new": 99999999})", "token \"new\" has id 99999999; ids must be below"},
      {R"({"": 300})", "a token is empty"},
  };
  for (const auto& [added, fragment] : cases) {
    Files files = good_files();
    files.added = added;
    EXPECT_THAT(error_of(files), HasSubstr(fragment)) << added;
  }
}

TEST(VocabularyFiles, TheConfigurationMayDeclareAddedTokens) {
  const Vocabulary vocabulary = parse(with_config(
      {{"tokenizer_class", "GPT2Tokenizer"},
       {"add_prefix_space", false},
       {"model_max_length", 1024},
       {"added_tokens_decoder",
        {{"258", {{"content", "<|endoftext|>"}, {"special", true}, {"normalized", true}}},
         {"259", {{"content", "word"}, {"special", false}, {"lstrip", false}}},
         {"260", {{"content", "<e>"}, {"special", true}}}}}}));
  ASSERT_EQ(vocabulary.added.size(), 3U);
  EXPECT_EQ(vocabulary.added[1].text, "word");
  EXPECT_FALSE(vocabulary.added[1].special);
  EXPECT_TRUE(vocabulary.added[1].normalized);
  EXPECT_FALSE(vocabulary.added[2].normalized);
}

TEST(VocabularyFiles, RefuseSettingsThatChangeIds) {
  const auto decoder = [](json entry) {
    return json{{"added_tokens_decoder", {{"259", std::move(entry)}}}};
  };
  const std::string start = "dir/tokenizer_config.json: ";
  const std::vector<std::pair<json, std::string>> cases = {
      {json::array(), start + "is an array where an object must be"},
      {{{"add_prefix_space", true}}, start + "add_prefix_space is true; tacet does not put"},
      {{{"add_bos_token", true}}, start + "add_bos_token is true; tacet adds no tokens"},
      {{{"add_eos_token", true}}, start + "add_eos_token is true; tacet adds no tokens"},
      {{{"add_prefix_space", "no"}}, start + "add_prefix_space is \"no\""},
      {{{"split_special_tokens", true}}, start + "split_special_tokens is true"},
      {{{"tokenizer_class", "Qwen2Tokenizer"}}, start + "tokenizer_class is \"Qwen2Tokenizer\""},
      {{{"tokenizer_class", 1}}, start + "tokenizer_class is 1"},
      {{{"added_tokens_decoder", 1}}, start + "added_tokens_decoder: is 1 where an object"},
      {{{"added_tokens_decoder", {{"x", json::object()}}}},
       start + "added_tokens_decoder \"x\": the key must be an id"},
      {{{"added_tokens_decoder", {{"-1", json::object()}}}}, "\"-1\": the key must be an id"},
      {{{"added_tokens_decoder", {{"1x", json::object()}}}}, "\"1x\": the key must be an id"},
      {decoder("text"), "decoder \"259\": is \"text\" where an object must be"},
      {decoder({{"special", true}}), "decoder \"259\": content is null; it must be the token's"},
      {decoder({{"content", "x"}, {"lstrip", true}}), "decoder \"259\": lstrip is true; tacet"},
      {decoder({{"content", "x"}, {"rstrip", true}}), "decoder \"259\": rstrip is true; tacet"},
      {decoder({{"content", "x"}, {"single_word", true}}), "\"259\": single_word is true; tacet"},
      {decoder({{"content", "new"}, {"special", 1}}), "special is 1; it must be true or false"},
      {decoder({{"content", "new"}, {"normalized", "y"}}), "normalized is \"y\"; it must be"},
  };
  for (const auto& [config, fragment] : cases) {
    EXPECT_THAT(error_of(with_config(config)), HasSubstr(fragment)) << config;
  }
}

}  // namespace vocabulary_files_test
}  // namespace tacet::text
