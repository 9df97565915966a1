#include "cli/prompt_view.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cli/width.h"

namespace tacet::cli {
namespace prompt_view_test {

TEST(VisiblePiece, ShowsSpacesAndBytes) {
  EXPECT_EQ(visible_piece({1, " pizza"}), "␣pizza");
  EXPECT_EQ(visible_piece({1, "a b "}), "a b␣");
  EXPECT_EQ(visible_piece({1, "  "}), "␣␣");
  EXPECT_EQ(visible_piece({1, "\n"}), "\\n");
  EXPECT_EQ(visible_piece({1, "\xF0\x9F"}), "\\xf0\\x9f");
  EXPECT_EQ(visible_piece({1, "\x1b[31m"}), "\\x1b[31m");
  EXPECT_EQ(visible_piece({17, ""}), "<17>");
}

TEST(RenderPrompt, AlignsPositionsPiecesAndIds) {
  const std::vector<Token> tokens = {{40, "I"}, {588, " like"}, {14256, " 日本"}};
  EXPECT_EQ(render_prompt(tokens, {}, 100, Style()),
            "  0  1     2\n"
            "  I  ␣like ␣日本\n"
            "  40 588   14256\n");
}

TEST(RenderPrompt, MarksWhatIsTouched) {
  const std::vector<Token> tokens = {{40, "I"}, {588, " like"}, {7, "x"}};
  const std::vector<int> touched = {1};
  EXPECT_EQ(render_prompt(tokens, touched, 100, Style()),
            "  0  1       2\n"
            "  I  [␣like] x\n"
            "  40 588     7\n");
}

TEST(RenderPrompt, BreaksLines) {
  const std::vector<Token> tokens(6, {12345, " pizza"});
  const std::string text = render_prompt(tokens, {}, 30, Style());
  EXPECT_EQ(text,
            "  0      1      2      3\n"
            "  ␣pizza ␣pizza ␣pizza ␣pizza\n"
            "  12345  12345  12345  12345\n"
            "  4      5\n"
            "  ␣pizza ␣pizza\n"
            "  12345  12345\n");
}

TEST(RenderPrompt, ShowsOnlyThePiecesOfManyTokens) {
  const std::vector<Token> tokens(100, {12345, " pizza"});
  const std::string text = render_prompt(tokens, {}, 40, Style());
  EXPECT_EQ(text.find("12345"), std::string::npos);
  EXPECT_TRUE(text.starts_with("  ␣pizza|␣pizza|")) << text;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = text.find('\n', begin);
    EXPECT_LE(display_width(text.substr(begin, end - begin)), 40U);
    begin = end + 1;
  }
}

TEST(RenderPrompt, SurvivesPiecesWiderThanTheScreen) {
  const std::vector<Token> tokens = {{1, std::string(500, 'x')}};
  EXPECT_LT(render_prompt(tokens, {}, 100, Style()).size(), 100U);
}

}  // namespace prompt_view_test
}  // namespace tacet::cli
