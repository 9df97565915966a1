#include "text/tokenizer_json.h"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tacet/error.h"
#include "text/toy_vocabulary.h"

namespace tacet::text {
namespace tokenizer_json_test {

using nlohmann::json;
using ::testing::HasSubstr;
using testing::toy_vocabulary;
using testing::ToyVocabulary;

/// 256 bytes, "ab" = 256, "abc" = 257, "<|endoftext|>" = 258.
ToyVocabulary toy() {
  return toy_vocabulary({{"a", "b"}, {"ab", "c"}});
}

std::string error_of(const std::string& text) {
  try {
    parse_tokenizer_json(text, "t.json");
  } catch (const ModelError& error) {
    return error.what();
  }
  return "no error";
}

/// gpt2's file with the value at a JSON pointer changed.
json changed(const std::string& place, json value) {
  json file = toy().tokenizer_json();
  file[json::json_pointer(place)] = std::move(value);
  return file;
}

json without(const std::string& parent, const std::string& key) {
  json file = toy().tokenizer_json();
  file[json::json_pointer(parent)].erase(key);
  return file;
}

TEST(TokenizerJson, BothStylesOfMergesGiveTheSame) {
  for (const bool newer : {false, true}) {
    const Vocabulary vocabulary = parse_tokenizer_json(toy().tokenizer_json(newer).dump(), "t");
    EXPECT_EQ(vocabulary.size, 259);
    EXPECT_EQ(vocabulary.end_of_text, 258);
    EXPECT_EQ(vocabulary.added.size(), 1U);
    ASSERT_EQ(vocabulary.merges.size(), 2U);
    EXPECT_EQ(vocabulary.merges[1].result, 257);
    EXPECT_TRUE(vocabulary.whole_pieces.empty());
  }
}

TEST(TokenizerJson, AcceptsSettingsThatDoNotMatter) {
  const std::vector<json> files = {
      without("", "added_tokens"),
      without("", "post_processor"),
      without("", "decoder"),
      without("", "normalizer"),
      without("", "version"),
      changed("/truncation", {{"max_length", 4}}),
      changed("/post_processor", nullptr),
      changed("/pre_tokenizer/use_regex", true),
      changed("/model/unk_token", "<|endoftext|>"),
      changed("/model/dropout", 0.0),
      changed("/model/continuing_subword_prefix", nullptr),
      changed("/something_new", 1),
  };
  for (const json& file : files) {
    EXPECT_EQ(error_of(file.dump()), "no error") << file.dump().substr(0, 300);
  }
}

TEST(TokenizerJson, HonoursIgnoreMerges) {
  const Vocabulary vocabulary =
      parse_tokenizer_json(changed("/model/ignore_merges", true).dump(), "t");
  EXPECT_EQ(vocabulary.whole_pieces.at("abc"), 257);
  EXPECT_EQ(vocabulary.whole_pieces.at(" "), ' ');
}

TEST(TokenizerJson, AddedTokensMayExtendTheVocabulary) {
  json file = toy().tokenizer_json();
  file["added_tokens"].push_back({{"id", 300}, {"content", "caf\u00e9"}, {"special", false}});
  const Vocabulary vocabulary = parse_tokenizer_json(file.dump(), "t");
  EXPECT_EQ(vocabulary.size, 301);
  EXPECT_EQ(vocabulary.pieces.at(300), "caf\u00e9");
  EXPECT_FALSE(vocabulary.added[1].special);
}

// An added token's text is not in byte characters, so that a piece never is one.
TEST(TokenizerJson, WholePiecesAreNotAddedTokens) {
  json file = changed("/model/ignore_merges", true);
  file["added_tokens"].push_back({{"id", 300}, {"content", "\u00e9\u00e9"}, {"special", false}});
  const Vocabulary vocabulary = parse_tokenizer_json(file.dump(), "t");
  EXPECT_FALSE(vocabulary.whole_pieces.contains("\xE9\xE9"));
}

TEST(TokenizerJson, RefusesSettingsThatChangeIds) {
  const std::vector<std::pair<json, std::string>> cases = {
      {changed("/version", "2.0"), "t.json: version is \"2.0\"; tacet follows GPT-2's"},
      {changed("/normalizer", {{"type", "NFC"}}), "t.json: normalizer is an object; tacet"},
      {changed("/pre_tokenizer", nullptr), "t.json: pre_tokenizer is null; tacet"},
      {changed("/pre_tokenizer", 1), "t.json: pre_tokenizer: is 1 where an object must be"},
      {changed("/pre_tokenizer/type", "Metaspace"), "pre_tokenizer.type is \"Metaspace\""},
      {changed("/pre_tokenizer/add_prefix_space", true),
       "t.json: pre_tokenizer.add_prefix_space is true; tacet"},
      {without("/pre_tokenizer", "add_prefix_space"), "pre_tokenizer.add_prefix_space is null"},
      {changed("/pre_tokenizer/use_regex", false), "pre_tokenizer.use_regex is false"},
      {changed("/post_processor/type", "TemplateProcessing"),
       "post_processor.type is \"TemplateProcessing\""},
      {changed("/decoder/type", "WordPiece"), "decoder.type is \"WordPiece\""},
      {changed("/model/type", "WordPiece"), "t.json: model.type is \"WordPiece\"; tacet"},
      {changed("/model/dropout", 0.1), "t.json: model.dropout is 0.1; tacet"},
      {changed("/model/continuing_subword_prefix", "##"), "continuing_subword_prefix is \"##\""},
      {changed("/model/end_of_word_suffix", "</w>"), "end_of_word_suffix is \"</w>\""},
      {changed("/model/byte_fallback", true), "t.json: model: byte_fallback is true; tacet"},
      {changed("/model/ignore_merges", 1), "t.json: model: ignore_merges is 1; it must be true"},
      {changed("/model/magic", 1), "t.json: model.\"magic\" is 1; tacet"},
      {changed("/added_tokens/0/lstrip", true), "t.json: added_tokens[0]: lstrip is true"},
  };
  for (const auto& [file, fragment] : cases)
    EXPECT_THAT(error_of(file.dump()), HasSubstr(fragment));
}

TEST(TokenizerJson, TellsWhatIsMalformed) {
  const std::vector<std::pair<json, std::string>> cases = {
      {json::array(), "t.json: is an array where an object must be"},
      {without("", "model"), "t.json: model: is null where an object must be"},
      {without("/model", "vocab"), "t.json: model.vocab: is null where an object must be"},
      {without("/model", "merges"), "t.json: model.merges: is null where a list must be"},
      {changed("/model/vocab/x", 97), "t.json: model.vocab: token \"x\" has id 97, which is also"},
      {changed("/model/vocab/x", "7"), "t.json: model.vocab: the id of token \"x\" is \"7\""},
      {without("/model/vocab", "~"), "t.json: model.vocab: no token for the single byte 0x7e"},
      {changed("/model/merges", "a b"), "t.json: model.merges: is \"a b\" where a list must be"},
      {changed("/model/merges/1", "a"), "t.json: model.merges[1]: \"a\" is not a merge"},
      {changed("/model/merges/1", "a b c"), "model.merges[1]: \"a b c\" is not a merge"},
      {changed("/model/merges/1", " b"), "t.json: model.merges[1]: a token is empty"},
      {changed("/model/merges/1", "b "), "t.json: model.merges[1]: a token is empty"},
      {changed("/model/merges/1", 5), "t.json: model.merges[1]: 5 is not a merge"},
      {changed("/model/merges/1", {"a"}), "model.merges[1]: an array is not a merge"},
      {changed("/model/merges/1", {"a", 1}), "model.merges[1]: an array is not a merge"},
      {changed("/model/merges/1", {1, "a"}), "model.merges[1]: an array is not a merge"},
      {changed("/model/merges/1", {"a", "b", "c"}), "model.merges[1]: an array is not a merge"},
      {changed("/model/merges/1", {"x", "y"}), "model.merges[1]: the merge needs token \"xy\""},
      {changed("/model/merges/1", "a b"), "model.merges[1]: the merge of \"a\" and \"b\" stands"},
      {changed("/added_tokens", 1), "t.json: added_tokens: is 1 where a list must be"},
      {changed("/added_tokens/0", 1), "t.json: added_tokens[0]: is 1 where an object must be"},
      {changed("/added_tokens/0/content", 1), "added_tokens[0]: content is 1; it must be"},
      {changed("/added_tokens/0/id", 7), "added_tokens[0]: added token \"<|endoftext|>\" has id 7"},
      {changed("/added_tokens/0/id", nullptr), "added_tokens[0]: the id of token"},
  };
  for (const auto& [file, fragment] : cases)
    EXPECT_THAT(error_of(file.dump()), HasSubstr(fragment));
  EXPECT_THAT(error_of("{"), HasSubstr("t.json: byte 1: not JSON"));
}

}  // namespace tokenizer_json_test
}  // namespace tacet::text
