#include "cli/sweep_table.h"

#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/made_sweep.h"
#include "cli/width.h"

namespace tacet::cli {
namespace sweep_table_test {

using ::testing::HasSubstr;
using testing::made_sweep;
using testing::made_sweeps;
using ::testing::Not;

View view(std::size_t width = 100) {
  View made;
  made.width = width;
  return made;
}

SweepTableOptions options() {
  SweepTableOptions made;
  made.database = "made.db";
  return made;
}

TEST(RenderSweep, WholeTable) {
  EXPECT_EQ(render_sweep(made_sweep(), options(), view()),
            R"(  model       made · 5 blocks x 4 heads · d_model 32 · F32 · 0123456789abcdef
  silenced    3 heads, each by itself → zero, at all 4 tokens
  test        paired t-test; significant where p adj. < 0.05 (bh over the 11 head x block cells of
              the sweep)
  database    made.db, run 7

  0  1     2      3
  I  ␣like ␣pizza !
  40 588   14256  0

  mean Δ over the late blocks, by block and head

  block hs   0  3
  L1     2  ▼█ ▲▒  ▼ 1 ▲ 1
  L3     4   ·

  -0.05000 -█ -▓ -▒ -░  ·  +░ +▒ +▓ +█ +0.05000
  - silencing makes tokens less alike, + more; ▼ ▲ in their place: significant. On the right: the
  block's connectors ▼ and separators ▲.

  Connectors, all 1 (silencing makes tokens less alike)

    head      late Δ own block  farthest     in       t    d_z  onset   p adj.
  ▼ L1H0    -0.05000  -2.0e-05  -0.10000   L4/5    -inf  -5.00   L4/5  1.0e-06

  Separators, all 1 (silencing makes tokens more alike)

    head      late Δ own block  farthest     in       t    d_z  onset   p adj.
  ▲ L1H3    +0.02000  +0.01000  +0.04000   L4/5   20.00   2.00   L4/5  1.0e-06

  heads       1 decouple (connectors), 1 couple (separators), 1 do nothing late
  late alone  1 of the 2 change nothing significant at their own block

  Of 3 heads, 1 draws tokens together in the last blocks (connectors), 1 keeps them apart
  (separators), and 1 does nothing significant there. The strongest is the connector L1H0 (mean Δ
  -5.00e-02), the strongest separator L1H3 (mean Δ +2.00e-02); 1 of the 2 acts late without an
  effect at their own block.

  The pairs share tokens, so they are not independent, and this test calls too much significant: it
  is the experiment's own yardstick, no proof. --test token-swap knows it.
  Δ: silenced minus clean, mean over the pairs. Late: the last fifth of the blocks; a head is called
  by the sign of its late Δ. Own block: where it is silenced. Farthest: the block where Δ is
  farthest from 0; t and d_z are that block's. L3/4: block 3, hidden_states[4].
)");
}

TEST(RenderSweep, QuietEndsWithTheSentence) {
  View quiet = view();
  quiet.quiet = true;
  SweepTableOptions with_remark = options();
  with_remark.remarks = {"Left out."};
  const std::string table = render_sweep(made_sweep(), with_remark, quiet);
  EXPECT_TRUE(table.ends_with("own block.\n")) << table;
  EXPECT_THAT(table, Not(HasSubstr("Left out.")));
  EXPECT_THAT(render_sweep(made_sweep(), with_remark, view()), HasSubstr("\n  Left out.\n"));
}

TEST(RenderSweep, SaysWhatWasThereAndHowItWasMeasured) {
  store::SweepListing listing = made_sweep();
  SweepTableOptions found = options();
  found.n_found = 2;
  store::RunSettings& settings = listing.runs.front().settings;
  settings.positions = {1, 2};
  settings.exclude_first = true;
  settings.cosine = Cosine::centred;
  settings.pairs = PairsKind::all;
  settings.test = tacet::Test::independent;
  settings.mode.scale = 0.5F;
  const std::string table = render_sweep(listing, found, view());
  EXPECT_THAT(table, HasSubstr("made.db, run 7; 2 of 3 were there already\n"));
  EXPECT_THAT(table, HasSubstr("→ scale:0.5, at positions 1, 2\n"));
  EXPECT_THAT(table, HasSubstr("centred cosine, position 0 left out, all pairs\n"));
  EXPECT_THAT(table, HasSubstr("Student's t-test with pooled variance; significant"));
  EXPECT_THAT(table, HasSubstr("I  [␣like] [␣pizza] !"));
}

TEST(RenderSweep, SeveralPromptsStandInLines) {
  const std::string few = render_sweep(made_sweeps(3), options(), view());
  EXPECT_THAT(few, HasSubstr("    run  id     tokens  prompt\n"
                             "      1  first       4  I like pizza number 0!\n"
                             "      2              4  I like pizza number 1!\n"
                             "      3              4  I like pizza number 2!\n"));
  EXPECT_THAT(few, HasSubstr("made.db, runs 1-3\n"));
  EXPECT_THAT(few, HasSubstr("each prompt's sweep)"));
  EXPECT_THAT(few, HasSubstr("in at least half of the 3 prompts"));
  EXPECT_THAT(few, HasSubstr("   3/3\n"));
  const std::string many = render_sweep(made_sweeps(100), options(), view());
  EXPECT_THAT(many, HasSubstr("      …  and 96 more\n"));
  EXPECT_THAT(many, Not(HasSubstr("number 4!")));
  View verbose = view();
  verbose.verbose = true;
  EXPECT_THAT(render_sweep(made_sweeps(100), options(), verbose), HasSubstr("number 99!"));
}

TEST(RenderSweep, PromptsWithoutTextShowTheirIds) {
  store::SweepListing listing = made_sweeps(2);
  listing.runs[1].prompt.text = "";
  EXPECT_THAT(render_sweep(listing, options(), view()),
              HasSubstr("      2              4  40,588,14256,0\n"));
}

TEST(RenderSweep, JointHeadsAloneHaveAListInPlaceOfAMap) {
  store::SweepListing listing = made_sweep();
  for (HeadSummary& head : listing.summary.heads) {
    head.heads.push_back({4, 0});
    head.spec += "+L4H0";
  }
  const std::string table = render_sweep(listing, options(), view());
  EXPECT_THAT(table, Not(HasSubstr("by block and head")));
  EXPECT_THAT(table, HasSubstr("  Interventions, all 3 "));
  EXPECT_THAT(table, HasSubstr("  · L3H0+L4H0 "));
  EXPECT_THAT(table, HasSubstr("3 interventions, each by itself"));
  // Among single heads a joint one is listed, and has no place in the map.
  store::SweepListing mixed = made_sweep();
  mixed.summary.heads.front() = listing.summary.heads.front();
  const std::string both = render_sweep(mixed, options(), view());
  EXPECT_THAT(both, HasSubstr("by block and head"));
  EXPECT_THAT(both, HasSubstr("▼ L1H0+L4H0 "));
}

TEST(RenderSweep, FitsEightyColumns) {
  for (const store::SweepListing& listing : {made_sweep(), made_sweeps(12)}) {
    const std::string table = render_sweep(listing, options(), view(80));
    std::size_t begin = 0;
    while (begin < table.size()) {
      const std::size_t end = table.find('\n', begin);
      EXPECT_LE(display_width(table.substr(begin, end - begin)), 80U)
          << table.substr(begin, end - begin);
      begin = end + 1;
    }
  }
}

TEST(RenderSweep, NothingFromOutsideReachesTheTerminalRaw) {
  store::SweepListing listing = made_sweeps(2);
  listing.runs[0].prompt.text = "a\x1b[31m b";
  listing.runs[0].prompt_id = "\x07";
  SweepTableOptions evil = options();
  evil.database = "\x1b]0;x\x07";
  const std::string table = render_sweep(listing, evil, view());
  EXPECT_EQ(table.find('\x1b'), std::string::npos);
  EXPECT_EQ(table.find('\x07'), std::string::npos);
}

}  // namespace sweep_table_test
}  // namespace tacet::cli
