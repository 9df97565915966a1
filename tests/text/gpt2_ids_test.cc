// GPT-2's own vocabulary, which a fixture fetches: ids must be exactly those of the reference.
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/file.h"
#include "support/temp_dir.h"
#include "support/utf8.h"
#include "tacet/tokenizer.h"
#include "text/toy_vocabulary.h"

namespace tacet {
namespace gpt2_ids_test {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::mixed_alphabet;
using testing::random_text;
using testing::TempDir;
using testing::ToyVocabulary;
using Ids = std::vector<std::int32_t>;

std::string read(const fs::path& file) {
  return support::read_file(file, 1U << 24);
}

ToyVocabulary gpt2_files() {
  const fs::path folder = TACET_GPT2_VOCABULARY;
  ToyVocabulary files;
  files.vocab = json::parse(read(folder / "vocab.json"));
  std::ifstream merges(folder / "merges.txt");
  std::string line;
  std::getline(merges, line);
  while (std::getline(merges, line)) {
    const std::size_t blank = line.find(' ');
    files.merges.emplace_back(line.substr(0, blank), line.substr(blank + 1));
  }
  return files;
}

Tokenizer from_tokenizer_json(bool newer) {
  const TempDir folder;
  std::ofstream(folder / "tokenizer.json") << gpt2_files().tokenizer_json(newer).dump();
  return Tokenizer::load(folder.path());
}

class Gpt2Ids : public ::testing::Test {
 protected:
  /// The same vocabulary from vocab.json and merges.txt and from both styles of tokenizer.json.
  static void SetUpTestSuite() {
    tokenizers_ = new std::vector<Tokenizer>{Tokenizer::load(TACET_GPT2_VOCABULARY),
                                             from_tokenizer_json(/*newer=*/false),
                                             from_tokenizer_json(/*newer=*/true)};
  }
  static void TearDownTestSuite() {
    delete tokenizers_;
    tokenizers_ = nullptr;
  }

  static const Tokenizer& gpt2() { return tokenizers_->front(); }

  static std::vector<Tokenizer>* tokenizers_;
};

std::vector<Tokenizer>* Gpt2Ids::tokenizers_ = nullptr;

TEST_F(Gpt2Ids, OfTheGoldenStrings) {
  const json golden = json::parse(read(TACET_TEST_DATA "/token_ids.json"));
  ASSERT_EQ(golden.size(), 70U);
  for (const Tokenizer& tokenizer : *tokenizers_) {
    for (const json& one : golden) {
      const auto text = one["text"].get<std::string>();
      EXPECT_EQ(tokenizer.encode(text), one["ids"].get<Ids>()) << one["text"];
      EXPECT_EQ(tokenizer.encode(text, {.special_tokens = false}), one["ids"].get<Ids>());
      EXPECT_EQ(tokenizer.decode(one["ids"].get<Ids>()), text);
    }
  }
}

TEST_F(Gpt2Ids, OfTheGoldenStringsWithSpecialTokens) {
  const json golden = json::parse(read(TACET_TEST_DATA "/token_ids_special.json"));
  ASSERT_EQ(golden.size(), 6U);
  for (const Tokenizer& tokenizer : *tokenizers_) {
    for (const json& one : golden) {
      const auto text = one["text"].get<std::string>();
      EXPECT_EQ(tokenizer.encode(text), one["ids_as_special"].get<Ids>()) << text;
      EXPECT_EQ(tokenizer.encode(text, {.special_tokens = false}), one["ids_as_text"].get<Ids>());
    }
  }
}

TEST_F(Gpt2Ids, HaveThePublishedLayout) {
  for (const Tokenizer& tokenizer : *tokenizers_) {
    EXPECT_EQ(tokenizer.vocab_size(), 50257);
    EXPECT_EQ(tokenizer.end_of_text(), 50256);
    EXPECT_EQ(tokenizer.piece(0), "!");
    EXPECT_EQ(tokenizer.piece(198), "\n");
    EXPECT_EQ(tokenizer.piece(220), " ");
    EXPECT_EQ(tokenizer.piece(255), "\xAD");
    EXPECT_EQ(tokenizer.piece(35496).size(), 128U);
  }
}

TEST_F(Gpt2Ids, NotAllAreUtf8) {
  const std::string replacement = "\uFFFD";
  for (const std::int32_t id : {47249, 222, 126, 447, 33768}) {
    EXPECT_EQ(support::replace_invalid_utf8(gpt2().decode(Ids({id}))), replacement) << id;
  }
  EXPECT_EQ(gpt2().decode(Ids({126, 227})), "\u0085");
  EXPECT_EQ(gpt2().decode(Ids({47249, 222})), "\U0001F600");
  int not_utf8 = 0;
  for (std::int32_t id = 0; id < 50257; ++id) {
    not_utf8 += support::first_invalid_utf8(gpt2().piece(id)) ? 1 : 0;
  }
  EXPECT_EQ(not_utf8, 344);
}

TEST_F(Gpt2Ids, RandomTextThroughAllFiles) {
  std::mt19937 random(6);
  for (int round = 0; round < 3000; ++round) {
    const std::string text = random_text(random, mixed_alphabet(), random() % 40);
    const Ids ids = gpt2().encode(text);
    EXPECT_EQ(gpt2().decode(ids), text);
    EXPECT_EQ((*tokenizers_)[1].encode(text), ids);
    EXPECT_EQ((*tokenizers_)[2].encode(text), ids);
  }
}

TEST_F(Gpt2Ids, OfAMillionLetters) {
  const Ids ids = gpt2().encode(std::string(1'000'000, 'a'));
  EXPECT_EQ(ids, Ids(250'000, 24794));
}

}  // namespace gpt2_ids_test
}  // namespace tacet
