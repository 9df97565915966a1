#include "cli/study_table.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/made_sweep.h"
#include "cli/width.h"

namespace tacet::cli {
namespace study_table_test {

using ::testing::HasSubstr;
using ::testing::Not;

View view(std::size_t width = 100) {
  View made;
  made.width = width;
  return made;
}

Claim claim(const std::string& id, Verdict verdict, const std::string& reading) {
  Claim made;
  made.id = id;
  made.statement = "A sentence.";
  made.rule = "A rule.";
  made.verdict = verdict;
  made.reading = reading;
  return made;
}

store::StudyListing study() {
  store::StudyListing made;
  made.sweep = testing::made_sweep();
  made.layer = 3;
  made.claims = {
      claim("late_rise_without_final_norm", Verdict::holds, "0.200 in L1/2, 0.990 in L4/5: +0.790"),
      claim("small_immediate_effect", Verdict::in_part,
            "L3/4: immediate / late is 0.12; 3 of 4 heads not significant there"),
      claim("both_signs", Verdict::does_not_hold, "of 20 heads 20 decouple and 0 couple late")};
  return made;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines(1);
  for (const char c : text) {
    if (c == '\n') {
      lines.emplace_back();
    } else {
      lines.back() += c;
    }
  }
  return lines;
}

TEST(RenderStudy, WholeTable) {
  EXPECT_EQ(render_study(study(), "made", view()),
            R"(  model       made · 5 blocks x 4 heads · d_model 32 · F32 · 0123456789abcdef
  prompt      I like pizza! (4 tokens)
  silenced    3 heads, each by itself; "layer 3" is block 3 (hidden_states[4])
  test        paired t-test; significant where p adj. < 0.05 (bonferroni)
  files       made

  ✓ late_rise_without_final_norm  holds          0.200 in L1/2, 0.990 in L4/5: +0.790
  ~ small_immediate_effect        in part        L3/4: immediate / late is 0.12; 3 of 4 heads not
                                                 significant there
  ✗ both_signs                    does not hold  of 20 heads 20 decouple and 0 couple late

  Of 3 claims: holds 1, in part 1, does not hold 1.

  The verdicts use the study's own test, which calls too much significant: pairs share tokens, and
  token-swap knows it. L3/4: block 3, hidden_states[4]; Δ and δ: silenced minus clean; late: the
  last fifth of the blocks.
)");
}

TEST(RenderStudy, FitsItsWidth) {
  store::StudyListing made = study();
  made.sweep.runs.front().prompt.text = std::string(300, 'x');
  for (const std::size_t width : {80U, 100U}) {
    for (const std::string& line : lines_of(render_study(made, "made", view(width)))) {
      EXPECT_LE(display_width(line), width) << line;
    }
  }
}

TEST(RenderStudy, TellsVerdictsApartWithoutColourToo) {
  View colourful = view();
  colourful.style = Style(/*color=*/true);
  const std::string text = render_study(study(), "made", colourful);
  EXPECT_THAT(text, HasSubstr("\x1b[1;32m✓\x1b[0m"));
  EXPECT_THAT(text, HasSubstr("\x1b[1;33m~\x1b[0m"));
  EXPECT_THAT(text, HasSubstr("\x1b[1;31m✗\x1b[0m"));
  EXPECT_THAT(render_study(study(), "made", view()), Not(HasSubstr("\x1b")));
}

TEST(RenderStudy, ShowsWhatCouldDisturbATerminalEscaped) {
  store::StudyListing made = study();
  made.sweep.runs.front().prompt.text = "a\x1b[2Jb\nc";
  const std::string text = render_study(made, "x\ry", view());
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("\r")));
  EXPECT_THAT(text, HasSubstr("(4 tokens)\n"));
}

TEST(RenderStudy, TellsTheRulesWhenAsked) {
  View verbose = view();
  verbose.verbose = true;
  EXPECT_THAT(render_study(study(), "made", verbose),
              HasSubstr("significant there\n    A sentence. A rule.\n  ✗ both_signs"));
}

TEST(RenderStudy, QuietLeavesOutTheNotes) {
  View quiet = view();
  quiet.quiet = true;
  const std::string text = render_study(study(), "made", quiet);
  EXPECT_THAT(text, HasSubstr("Of 3 claims"));
  EXPECT_THAT(text, Not(HasSubstr("Not judged")));
}

}  // namespace study_table_test
}  // namespace tacet::cli
