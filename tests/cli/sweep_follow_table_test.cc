#include "cli/sweep_follow_table.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/made_sweep.h"
#include "cli/sweep_table.h"
#include "cli/width.h"

namespace tacet::cli {
namespace sweep_follow_table_test {

using ::testing::HasSubstr;
using testing::made_sweep;
using testing::made_sweeps;
using ::testing::Not;

View view(std::size_t width = 100) {
  View made;
  made.width = width;
  return made;
}

/// The pair of tokens 1 and `second` of a model of 5 blocks, of which the last is late, with these
/// changes from the head's own block on.
SweepOutcome changed(Head head, const std::vector<double>& deltas, int second = 2) {
  SweepOutcome outcome;
  outcome.spec = to_string(head);
  outcome.heads = {head};
  outcome.ripple.cut_layer = head.layer;
  outcome.ripple.late_layers = {4};
  outcome.layers.resize(5);
  FollowedPair pair{
      .pair = {.name = "like,pizza", .first = 1, .second = second}, .layers = {}, .final_norm = {}};
  for (int layer = 0; layer < 5; ++layer) {
    const auto at = static_cast<std::size_t>(layer);
    pair.layers.push_back({.layer = layer, .delta = at < deltas.size() ? deltas[at] : 0.0});
  }
  outcome.followed = {pair};
  return outcome;
}

store::FollowedRun made_run(double strength = 1) {
  const std::vector<SweepOutcome> outcomes = {
      changed({1, 0}, {0, -0.02, -0.021, -0.022, -0.0205 * strength}),
      changed({1, 3}, {0, 0.001, -0.002, 0.004, 0.0021 * strength}), changed({3, 0}, {})};
  return {.pairs = followed_heads(outcomes, 0.05), .strongest = {outcomes[0].followed[0]}};
}

/// made_sweep with its three heads' changes of one pair.
store::SweepListing listing_of_one() {
  store::SweepListing listing = made_sweep();
  listing.followed = {made_run()};
  return listing;
}

/// The same on several prompts.
store::SweepListing listing_of(int count, const std::string& group = "") {
  store::SweepListing listing = made_sweeps(count);
  std::vector<std::vector<FollowedSweep>> prompts;
  for (int i = 0; i < count; ++i) {
    listing.followed.push_back(made_run(1 + 0.1 * i));
    prompts.push_back(listing.followed.back().pairs);
  }
  const std::vector<std::string> groups(static_cast<std::size_t>(count), group);
  listing.followed_across = followed_across(prompts, groups, 0.05);
  return listing;
}

TEST(RenderFollowed, WholePartOfOnePrompt) {
  EXPECT_EQ(render_followed(listing_of_one(), 2, view()), R"(
  ␣like (position 1) and ␣pizza (position 2): late Δ, by block and head

  block  hs   0  3
  L1      2  -█ +░
  L3      4   =

  -0.02050 -█ -▓ -▒ -░  ·  +░ +▒ +▓ +█ +0.02050
  Δ of the two tokens' cosine similarity, mean over the late blocks (the last fifth) at or above the
  cut. + silencing draws them together, - apart. =: exactly unchanged.

    head      late Δ    mean Δ  blocks        t        p    Bonf.       BH
    L1H0    -0.02050  -0.02088       4   -48.89  1.9e-05  5.7e-05  5.7e-05
    L1H3    +0.00210  +0.00128       4     1.02   0.3845        1   0.5768

  L1H0 moves them most: silenced, they stand less alike over the late blocks (mean Δ -0.02050). The
  t-test over a head's blocks calls 1 of the 3 heads significant at 0.05 by Bonferroni, 1 by
  Benjamini-Hochberg, over the family of all 3.

  mean Δ: over all blocks at and above the cut, their number beside it; t, p: paired t-test over
  these, from 3 blocks on; Bonf., BH: p corrected over all heads. Do not trust it: consecutive
  blocks share the residual stream, where a change stays once it is made, so that a head's blocks
  are far from independent, and that test calls far too much significant. With one prompt there is
  no better one; with several (--prompts) the prompt is the observation.
)");
}

TEST(RenderFollowed, WholePartOfSeveralPrompts) {
  EXPECT_EQ(render_followed(listing_of(3), 10, view()), R"(
  'like,pizza' over 3 prompts: mean late Δ, by block and head

  block  hs   0  3
  L1      2  -█ +░
  L3      4   =

  -0.02255 -█ -▓ -▒ -░  ·  +░ +▒ +▓ +█ +0.02255
  Δ of the two tokens' cosine similarity, mean over the late blocks (the last fifth) at or above the
  cut. + silencing draws them together, - apart. =: exactly unchanged.

    head      late Δ        sd   signs        t        p    Bonf.       BH
    L1H0    -0.02255   0.00205     3/3   -19.05   0.0027   0.0082   0.0041
    L1H3    +0.00231   0.00021     3/3    19.05   0.0027   0.0082   0.0041
    L3H0           0         0     0/3        -        -        -        -

  L1H0 moves them most: silenced, they stand less alike over the late blocks (mean Δ -0.02255). The
  t-test over the 3 prompts calls 2 of the 3 heads significant at 0.05 by Bonferroni, 2 by
  Benjamini-Hochberg, over the family of all 3.

  A prompt is one observation here (several places of a word in one prompt are averaged): this is
  the test to go by. t, p: of the mean late Δ; sd, signs: over the prompts; Bonf., BH: p corrected
  over all heads. The test over one prompt's blocks stands in JSON and CSV, and is not to be
  trusted: consecutive blocks share the residual stream, where a change stays once it is made, so
  that a head's blocks are far from independent, and that test calls far too much significant.
)");
}

TEST(RenderFollowed, NothingWithoutPairs) {
  EXPECT_EQ(render_followed(made_sweep(), 10, view()), "");
}

TEST(RenderFollowed, APromptOfOneGroupAlone) {
  const std::string text = render_followed(listing_of(3, "g"), 10, view(300));
  EXPECT_THAT(text, HasSubstr("3 prompts in 1 group"));
  EXPECT_THAT(text, HasSubstr("All prompts are of one group: there is nothing to test."));
  EXPECT_THAT(text, Not(HasSubstr("Bonferroni,")));
}

TEST(RenderFollowed, NothingMoves) {
  store::SweepListing listing = made_sweep();
  const std::vector<SweepOutcome> outcomes = {changed({1, 0}, {}), changed({1, 3}, {})};
  listing.followed = {
      {.pairs = followed_heads(outcomes, 0.05), .strongest = {outcomes[0].followed[0]}}};
  const std::string text = render_followed(listing, 10, view());
  EXPECT_THAT(text, HasSubstr("None of the 2 heads moves them."));
  EXPECT_THAT(text, HasSubstr("0 of the 2 heads"));
}

TEST(RenderFollowed, QuietHasNoNotes) {
  View quiet = view();
  quiet.quiet = true;
  const std::string text = render_followed(listing_of_one(), 10, quiet);
  EXPECT_THAT(text, HasSubstr("L1H0"));
  EXPECT_THAT(text, Not(HasSubstr("Do not trust it")));
}

TEST(RenderFollowed, JointInterventionsHaveALineAndNoCell) {
  SweepOutcome joint = changed({1, 0}, {0, 0.1, 0.2, 0.1, 0.3});
  joint.heads = {{1, 0}, {2, 1}};
  joint.spec = "L1H0+L2H1";
  store::SweepListing listing = made_sweep();
  const std::vector<SweepOutcome> outcomes = {joint};
  listing.followed = {{.pairs = followed_heads(outcomes, 0.05), .strongest = {joint.followed[0]}}};
  const std::string text = render_followed(listing, 10, view());
  EXPECT_THAT(text, HasSubstr("    L1H0+L2H1  +0.30000"));
  EXPECT_THAT(text, HasSubstr("of the 1 interventions"));
  EXPECT_THAT(text, Not(HasSubstr("block  hs")));
}

TEST(RenderFollowed, NoTopLeavesTheMapAndTheSentence) {
  const std::string text = render_followed(listing_of_one(), 0, view());
  EXPECT_THAT(text, Not(HasSubstr("mean Δ  blocks")));
  EXPECT_THAT(text, HasSubstr("L1H0 moves them most"));
}

TEST(RenderFollowed, FitsItsWidth) {
  store::SweepListing one = listing_of_one();
  one.runs[0].prompt.tokens[2].text = " a token that is longer than anybody would think it can be";
  for (store::FollowedRun& run : one.followed) {
    run.pairs[0].heads[0].spec = "L1H0+L1H1+L1H2+L1H3+L2H0+L2H1+L2H2+L2H3+L3H0+L3H1+L3H2+L3H3+L4H0";
  }
  store::SweepListing many = listing_of(4);
  many.followed_across[0].pair.append(120, 'x');
  many.followed_across[0].heads[0].spec.append(80, '+');
  for (const store::SweepListing& listing : {one, many}) {
    for (const std::size_t width : {80U, 100U}) {
      const std::string text = render_followed(listing, 10, view(width));
      for (std::size_t begin = 0, end = 0; (end = text.find('\n', begin)) != std::string::npos;
           begin = end + 1) {
        EXPECT_LE(display_width(text.substr(begin, end - begin)), width)
            << text.substr(begin, end - begin);
      }
    }
  }
}

TEST(RenderSweep, ShowsThePairsBehindItsOwnTables) {
  const std::string text = render_sweep(listing_of_one(), {}, view());
  EXPECT_LT(text.find("Connectors, all"), text.find("late Δ, by block and head"));
  EXPECT_LT(text.find("late Δ, by block and head"), text.find("The pairs share tokens"));
}

}  // namespace sweep_follow_table_test
}  // namespace tacet::cli
