#include "text/bpe.h"

#include <cstddef>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "text/toy_vocabulary.h"

namespace tacet::text {
namespace bpe_test {

using testing::random_text;
using testing::random_vocabulary;
using testing::slow_bpe;
using testing::toy_vocabulary;
using testing::ToyVocabulary;
using Ids = std::vector<std::int32_t>;

Ids encode(const Vocabulary& vocabulary, std::string_view piece) {
  Ids ids;
  encode_piece(vocabulary, piece, ids);
  return ids;
}

TEST(Bpe, MergesTheLowestRankFirst) {
  const ToyVocabulary toy = toy_vocabulary({{"b", "c"}, {"a", "b"}, {"a", "bc"}});
  const Vocabulary vocabulary = toy.parsed();
  const std::int32_t bc = toy.vocab["bc"];
  const std::int32_t ab = toy.vocab["ab"];
  const std::int32_t abc = toy.vocab["abc"];
  EXPECT_EQ(encode(vocabulary, "abc"), Ids({abc}));
  EXPECT_EQ(encode(vocabulary, "ab"), Ids({ab}));
  EXPECT_EQ(encode(vocabulary, "bcab"), Ids({bc, ab}));
  EXPECT_EQ(encode(vocabulary, "ac"), Ids({'a', 'c'}));
  EXPECT_EQ(encode(vocabulary, ""), Ids());
}

TEST(Bpe, MergesFromLeftToRightWithoutOverlap) {
  const ToyVocabulary toy = toy_vocabulary({{"a", "a"}});
  const std::int32_t aa = toy.vocab["aa"];
  EXPECT_EQ(encode(toy.parsed(), "aaaaa"), Ids({aa, aa, 'a'}));
}

// The pair ("ab", "a") has the lower rank, but the places of ("a", "b") that are there are merged
// before it exists; merging one place at a time would give "aba", "b".
TEST(Bpe, MergesAllPlacesOfAPairBeforeThosePairsThatArise) {
  const ToyVocabulary toy = toy_vocabulary({{"ab", "a"}, {"a", "b"}});
  const std::int32_t ab = toy.vocab["ab"];
  const std::int32_t aba = toy.vocab["aba"];
  EXPECT_EQ(encode(toy.parsed(), "abab"), Ids({ab, ab}));
  EXPECT_EQ(encode(toy.parsed(), "aba"), Ids({aba}));
}

TEST(Bpe, AppendsToWhatIsThere) {
  const Vocabulary vocabulary = toy_vocabulary({}).parsed();
  Ids ids = {7};
  encode_piece(vocabulary, "x", ids);
  EXPECT_EQ(ids, Ids({7, 'x'}));
}

TEST(Bpe, EqualsThePlainLoop) {
  std::mt19937 random(1);
  for (int round = 0; round < 60; ++round) {
    const ToyVocabulary toy = random_vocabulary(random, 1 + round);
    const Vocabulary vocabulary = toy.parsed();
    for (int i = 0; i < 20; ++i) {
      const std::string piece = random_text(random, {"a", "a", "b", "c"}, random() % 40);
      ASSERT_EQ(encode(vocabulary, piece), slow_bpe(toy, piece)) << piece << "\n"
                                                                 << toy.merges_txt();
    }
  }
}

// A loop that searches the whole piece for each merge would take hours.
TEST(Bpe, TakesLongRunsInItsStride) {
  testing::Merges merges;
  for (std::string run = "a"; run.size() < 64; run += run) merges.emplace_back(run, run);
  const ToyVocabulary toy = toy_vocabulary(merges);
  const std::int32_t longest = toy.vocab[std::string(64, 'a')];
  const std::size_t n = std::size_t{1} << 18;
  EXPECT_EQ(encode(toy.parsed(), std::string(n, 'a')), Ids(n / 64, longest));
}

TEST(Bpe, WholePiecesComeFirstWhereTheFileAsksForIt) {
  const ToyVocabulary toy = toy_vocabulary({{"b", "c"}, {"a", "b"}, {"ab", "c"}});
  Vocabulary vocabulary = toy.parsed();
  const std::int32_t bc = toy.vocab["bc"];
  const std::int32_t abc = toy.vocab["abc"];
  EXPECT_EQ(encode(vocabulary, "abc"), Ids({'a', bc}));
  vocabulary.whole_pieces.emplace("abc", abc);
  EXPECT_EQ(encode(vocabulary, "abc"), Ids({abc}));
  EXPECT_EQ(encode(vocabulary, "abcb"), Ids({'a', bc, 'b'}));
}

}  // namespace bpe_test
}  // namespace tacet::text
