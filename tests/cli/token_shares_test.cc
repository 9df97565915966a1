#include "cli/token_shares.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/made_results.h"
#include "cli/palette.h"
#include "cli/width.h"

namespace tacet::cli {
namespace token_shares_test {

using ::testing::HasSubstr;
using testing::made_silence;
using ::testing::Not;

/// The made result, whose largest change, a negative one, is block 3's, with these shares of it.
SilenceResult with_shares(const std::vector<double>& shares) {
  SilenceResult result = made_silence();
  for (LayerEffect& row : result.layers) {
    TestResult swap;
    swap.name = tacet::Test::token_swap;
    if (row.layer == 3) swap.token_share = shares;
    row.tests = {TestResult{}, swap};
  }
  return result;
}

View colored(std::size_t width = 100) {
  View view;
  view.width = width;
  view.style = Style(true);
  return view;
}

std::string chip(double value, std::string_view piece) {
  return Style(true).fill(diverging_color(value), piece);
}

/// `text` without the escapes of colours.
std::string without_color(std::string text) {
  for (std::size_t at = text.find('\x1b'); at != std::string::npos; at = text.find('\x1b')) {
    text.erase(at, text.find('m', at) + 1 - at);
  }
  return text;
}

TEST(RenderTokenShares, AreWordsWithoutColor) {
  EXPECT_EQ(render_token_shares(with_shares({0.1, 0.7, -0.1, 0.3}), View()),
            "  tokens      of Δ in block 3 (hidden_states[4]): ␣like 70 %, ! 30 %, I 10 %, ␣pizza "
            "-10 %\n");
  EXPECT_EQ(render_token_shares(made_silence(), View()), "");
}

TEST(RenderTokenShares, AreChipsWithColor) {
  const std::string text = render_token_shares(with_shares({0.1, 0.7, -0.1, 0.3}), colored());
  // Block 3's tokens stand less alike: what carries the change is blue, what is against it red.
  EXPECT_THAT(text, HasSubstr(chip(-0.1 / 0.7, "I") + chip(-1, "␣like") +
                              chip(0.1 / 0.7, "␣pizza") + chip(-0.3 / 0.7, "!") + "\n"));
  EXPECT_EQ(
      without_color(text),
      "  tokens      I␣like␣pizza!\n"
      "               less  more  alike; Δ in block 3 (hidden_states[4]): ␣like 70 %, ! 30 %, "
      "I 10 %\n");
}

TEST(RenderTokenShares, LeaveTokensOfNoPairUncoloured) {
  const std::string text = render_token_shares(with_shares({0.5, 0.25, 0.25}), colored());
  EXPECT_THAT(text, HasSubstr(Style(true).paint(Ink::dim, "I") + chip(-1, "␣like")));
  EXPECT_THAT(text, HasSubstr("␣like 50 %"));
}

TEST(RenderTokenShares, FitNarrowTerminals) {
  SilenceResult result = with_shares(std::vector<double>(40, 0.025));
  result.prompt.tokens.assign(40, {7, " pineapple"});
  const std::string text = without_color(render_token_shares(result, colored(80)));
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    EXPECT_LE(display_width(text.substr(begin, end - begin)), 80U);
    begin = end + 1;
  }
}

TEST(RenderTokenShares, AreWordsForManyTokens) {
  SilenceResult result = with_shares(std::vector<double>(41, 1.0 / 41));
  result.prompt.tokens.assign(41, {7, " a"});
  EXPECT_THAT(render_token_shares(result, colored()), Not(HasSubstr("alike")));
  EXPECT_THAT(render_token_shares(result, colored()), HasSubstr("2 %"));
}

}  // namespace token_shares_test
}  // namespace tacet::cli
