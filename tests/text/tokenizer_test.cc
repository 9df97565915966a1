#include "tacet/tokenizer.h"

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temp_dir.h"
#include "support/utf8.h"
#include "tacet/error.h"
#include "text/toy_vocabulary.h"

namespace tacet {
namespace tokenizer_test {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::mixed_alphabet;
using testing::random_bytes;
using testing::random_text;
using testing::TempDir;
using testing::toy_vocabulary;
using testing::ToyVocabulary;
using Ids = std::vector<std::int32_t>;

/// 256 bytes, then " p" 256, "iz" 257, "za" 258, "izza" 259, " pizza" 260, "\u00e9" 261,
/// "<|endoftext|>" 262.
ToyVocabulary pizza() {
  return toy_vocabulary({{"\u0120", "p"},
                         {"i", "z"},
                         {"z", "a"},
                         {"iz", "za"},
                         {"\u0120p", "izza"},
                         {"\u00c3", "\u00a9"}});
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

void write(const fs::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

TEST(Tokenizer, EncodesWordByWord) {
  const Tokenizer tokenizer = pizza().tokenizer();
  EXPECT_EQ(tokenizer.encode(" pizza pizza!"), Ids({260, 260, '!'}));
  EXPECT_EQ(tokenizer.encode("pizza"), Ids({'p', 259}));
  EXPECT_EQ(tokenizer.encode("  pizza"), Ids({' ', 260}));
  EXPECT_EQ(tokenizer.encode("\u00e9"), Ids({261}));
  EXPECT_EQ(tokenizer.encode(""), Ids());
}

TEST(Tokenizer, DecodesToBytes) {
  const Tokenizer tokenizer = pizza().tokenizer();
  EXPECT_EQ(tokenizer.decode(Ids({260, '!', 0xC3})), " pizza!\xC3");
  EXPECT_EQ(tokenizer.decode(Ids({0xC3, 0xA9})), "\u00e9");
  EXPECT_EQ(tokenizer.decode(Ids({262})), "<|endoftext|>");
  EXPECT_EQ(tokenizer.decode(Ids()), "");
  EXPECT_EQ(tokenizer.piece(260), " pizza");
  EXPECT_EQ(tokenizer.vocab_size(), 263);
  EXPECT_EQ(tokenizer.end_of_text(), 262);
}

TEST(Tokenizer, RefusesIdsOutsideTheVocabulary) {
  ToyVocabulary gap = pizza();
  gap.vocab["far"] = 1000;
  const Tokenizer tokenizer = gap.tokenizer();
  EXPECT_EQ(tokenizer.piece(1000), "far");
  for (const std::int32_t id : {-1, 263, 999, 1001}) {
    EXPECT_THAT(error_of<UsageError>([&] { tokenizer.piece(id); }),
                HasSubstr("token id " + std::to_string(id) + " is not in the vocabulary"));
    EXPECT_THAT(error_of<UsageError>([&] {
                  tokenizer.decode(Ids({1, 2, id}));
                }),
                AllOf(HasSubstr("token id " + std::to_string(id) + " at index 2 is not in"),
                      HasSubstr("largest id is 1000")));
  }
}

TEST(Tokenizer, FindsSpecialTokensUnlessToldNotTo) {
  const Tokenizer tokenizer = pizza().tokenizer();
  EXPECT_EQ(tokenizer.encode(" pizza<|endoftext|> pizza"), Ids({260, 262, 260}));
  const Ids as_text = tokenizer.encode("<|endoftext|>", {.special_tokens = false});
  EXPECT_EQ(as_text.size(), 13U);
  EXPECT_EQ(tokenizer.decode(as_text), "<|endoftext|>");
  // White space belongs to its own side of the token.
  EXPECT_EQ(tokenizer.encode("a <|endoftext|> pizza"), Ids({'a', ' ', 262, 260}));
}

TEST(Tokenizer, RefusesWhatIsNotUtf8) {
  const Tokenizer tokenizer = pizza().tokenizer();
  EXPECT_THAT(error_of<InputError>([&] { tokenizer.encode("ab\xC3("); }),
              HasSubstr("the text is not UTF-8: byte 2 is 0xc3"));
  EXPECT_EQ(tokenizer.encode("ab\xC3(", {.keep_invalid_utf8 = true}), Ids({'a', 'b', 0xC3, '('}));
  EXPECT_EQ(tokenizer.encode("\xFF pizza\xFF", {.keep_invalid_utf8 = true}),
            Ids({0xFF, 260, 0xFF}));
}

TEST(Tokenizer, AnyBytesInTheSameBytesOut) {
  std::mt19937 random(3);
  const Tokenizer tokenizer = pizza().tokenizer();
  for (int round = 0; round < 2000; ++round) {
    const std::string bytes = round % 2 == 0
                                  ? random_bytes(random, random() % 60)
                                  : random_text(random,
                                                {"\xC3", "\u00e9", " pizza", "\xF0\x9F", "a", " ",
                                                 "<|endoftext|>", "\xED\xA0\x80"},
                                                random() % 20);
    for (const bool special : {false, true}) {
      const Ids ids =
          tokenizer.encode(bytes, {.special_tokens = special, .keep_invalid_utf8 = true});
      ASSERT_EQ(tokenizer.decode(ids), bytes) << ::testing::PrintToString(bytes);
    }
  }
}

TEST(Tokenizer, TextGivesTheSameIdsWhetherInvalidBytesAreKeptOrNot) {
  std::mt19937 random(4);
  const Tokenizer tokenizer = pizza().tokenizer();
  for (int round = 0; round < 2000; ++round) {
    const std::string text = random_text(random, mixed_alphabet(), random() % 40);
    const Ids ids = tokenizer.encode(text);
    ASSERT_EQ(tokenizer.encode(text, {.keep_invalid_utf8 = true}), ids);
    ASSERT_EQ(tokenizer.decode(ids), text);
  }
}

TEST(Tokenizer, LongTextTakesNoLongTime) {
  const Tokenizer tokenizer = pizza().tokenizer();
  std::string invalid;
  std::string mixed;
  for (int i = 0; i < 1 << 18; ++i) {
    invalid += "\xFF\xC3";
    mixed += " pizza\xFF";
  }
  const EncodeOptions keep = {.keep_invalid_utf8 = true};
  EXPECT_EQ(tokenizer.encode(invalid, keep).size(), std::size_t{1} << 19);
  EXPECT_EQ(tokenizer.encode(mixed, keep).size(), std::size_t{1} << 19);
  EXPECT_EQ(tokenizer.encode(std::string(1 << 20, 'a')).size(), std::size_t{1} << 20);
}

TEST(Tokenizer, MayBeUsedFromSeveralThreads) {
  const Tokenizer tokenizer = pizza().tokenizer();
  const std::string text = " pizza with caf\u00e9<|endoftext|> pizza";
  const Ids expected = tokenizer.encode(text);
  std::vector<int> wrong(4, 0);
  std::vector<std::thread> threads;
  for (int& count : wrong) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) count += tokenizer.encode(text) == expected ? 0 : 1;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

class TokenizerFolder : public ::testing::Test {
 protected:
  std::string load_error() const {
    return error_of<ModelError>([&] { Tokenizer::load(folder_.path()); });
  }
  void write_pair() const {
    write(folder_ / "vocab.json", pizza().vocab_json());
    write(folder_ / "merges.txt", pizza().merges_txt());
  }

  TempDir folder_;
};

TEST_F(TokenizerFolder, WithVocabularyAndMerges) {
  write_pair();
  write(folder_ / "tokenizer_config.json", R"({"model_max_length": 1024})");
  write(folder_ / "added_tokens.json", R"({"<pad>": 263})");
  // Not needed and not looked at.
  write(folder_ / "tokenizer.json", "{");
  const Tokenizer tokenizer = Tokenizer::load(folder_.path());
  EXPECT_EQ(tokenizer.encode(" pizza<pad>"), Ids({260, 263}));
}

TEST_F(TokenizerFolder, WithOneFile) {
  write(folder_ / "tokenizer.json", pizza().tokenizer_json().dump());
  write(folder_ / "merges.txt", "half of a pair");
  EXPECT_EQ(Tokenizer::load(folder_.path()).encode(" pizza<|endoftext|>"), Ids({260, 262}));
  write(folder_ / "tokenizer_config.json", R"({"add_prefix_space": true})");
  EXPECT_THAT(load_error(), HasSubstr("tokenizer_config.json: add_prefix_space is true"));
}

TEST_F(TokenizerFolder, WithSettingsInTheConfiguration) {
  write_pair();
  write(folder_ / "tokenizer_config.json", R"({"add_prefix_space": true})");
  EXPECT_THAT(load_error(), HasSubstr("tokenizer_config.json: add_prefix_space is true"));
}

TEST_F(TokenizerFolder, SaysWhatIsMissing) {
  EXPECT_THAT(load_error(), AllOf(HasSubstr(folder_.path().string()), HasSubstr("no tokenizer")));
  write(folder_ / "vocab.json", pizza().vocab_json());
  EXPECT_THAT(load_error(), HasSubstr("merges.txt is missing beside vocab.json"));
  fs::rename(folder_ / "vocab.json", folder_ / "merges.txt");
  EXPECT_THAT(load_error(), HasSubstr("vocab.json is missing beside merges.txt"));
  EXPECT_THAT(error_of<ModelError>([&] { Tokenizer::load(folder_ / "none"); }),
              HasSubstr("none: no such folder"));
}

TEST_F(TokenizerFolder, NamesTheFileThatCannotBeUsed) {
  write_pair();
  fs::resize_file(folder_ / "vocab.json", std::uintmax_t{65} << 20);
  EXPECT_THAT(load_error(), HasSubstr("vocab.json: 68157440 bytes, more than"));
  fs::remove(folder_ / "vocab.json");
  fs::create_directory(folder_ / "vocab.json");
  EXPECT_THAT(load_error(), HasSubstr("vocab.json: is a folder"));
}

TEST(Tokenizer, TruncatedFilesAreErrorsAndNothingWorse) {
  const std::string vocab = pizza().vocab_json();
  const std::string merges = pizza().merges_txt();
  for (std::size_t size = 0; size < vocab.size(); size += 7) {
    EXPECT_THROW(Tokenizer::from_text(vocab.substr(0, size), merges, "x"), ModelError) << size;
  }
  const std::string single = pizza().tokenizer_json().dump();
  const TempDir folder;
  for (std::size_t size = 0; size < single.size(); size += 13) {
    write(folder / "tokenizer.json", single.substr(0, size));
    EXPECT_THROW(Tokenizer::load(folder.path()), ModelError) << size;
  }
}

TEST(MiniTokenizer, IsTheOneInItsFolder) {
  const Tokenizer mini = Tokenizer::mini();
  const Tokenizer loaded = Tokenizer::load(TACET_MINI_DIR);
  EXPECT_EQ(mini.vocab_size(), loaded.vocab_size());
  EXPECT_TRUE(mini.end_of_text());
  EXPECT_EQ(mini.encode(" pizza").size(), 1U);
  std::mt19937 random(5);
  for (int round = 0; round < 200; ++round) {
    const std::string text = random_text(
        random, {" pizza", " with", " pineapple", " the", "a", "\u00e9", "\n", "!"}, 12);
    EXPECT_EQ(mini.encode(text), loaded.encode(text));
    EXPECT_EQ(mini.decode(mini.encode(text)), text);
  }
}

}  // namespace tokenizer_test
}  // namespace tacet
