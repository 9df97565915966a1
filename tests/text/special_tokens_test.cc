#include "text/special_tokens.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace tacet::text {
namespace special_tokens_test {

/// Fragments as one string: added tokens by their id, ordinary text in brackets.
std::string split(const std::vector<AddedToken>& added, std::string_view text,
                  bool special_tokens = true) {
  std::string out;
  for (const Fragment& fragment : SpecialTokenFinder(added).split(text, special_tokens)) {
    if (!out.empty()) out += ' ';
    out += fragment.id ? std::to_string(*fragment.id) : "[" + std::string(fragment.text) + "]";
  }
  return out;
}

TEST(SpecialTokens, AreFoundWhereTheyStand) {
  const std::vector<AddedToken> added = {{"<e>", 1}, {"<pad>", 2}};
  EXPECT_EQ(split(added, ""), "");
  EXPECT_EQ(split(added, "plain"), "[plain]");
  EXPECT_EQ(split(added, "<e>"), "1");
  EXPECT_EQ(split(added, "a<e> b<pad><e>"), "[a] 1 [ b] 2 1");
  EXPECT_EQ(split(added, "<e <e"), "[<e <e]");
  EXPECT_EQ(split(added, "<<e>>"), "[<] 1 [>]");
  EXPECT_EQ(split({}, "<e>"), "[<e>]");
}

TEST(SpecialTokens, LeftmostThenLongest) {
  const std::vector<AddedToken> added = {{"ab", 1}, {"abc", 2}, {"bcdef", 3}};
  EXPECT_EQ(split(added, "abcdef"), "2 [def]");
  EXPECT_EQ(split(added, "abdbcdef"), "1 [d] 3");
}

TEST(SpecialTokens, ThoseNotNormalizedComeFirst) {
  const std::vector<AddedToken> added = {{"ab", 1, true, true}, {"bc", 2, true, false}};
  EXPECT_EQ(split(added, "abcab"), "[a] 2 1");
}

TEST(SpecialTokens, AreTextOnRequestButAddedWordsAreNot) {
  const std::vector<AddedToken> added = {{"<e>", 1, true, true}, {"word", 2, false, false}};
  EXPECT_EQ(split(added, "a<e>word", true), "[a] 1 2");
  EXPECT_EQ(split(added, "a<e>word", false), "[a<e>] 2");
}

}  // namespace special_tokens_test
}  // namespace tacet::text
