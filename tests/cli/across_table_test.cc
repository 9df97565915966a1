#include "cli/across_table.h"

#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/made_sweep.h"
#include "cli/width.h"

namespace tacet::cli {
namespace across_table_test {

using ::testing::HasSubstr;
using testing::made_sweeps;
using ::testing::Not;

AcrossHead made_head(const std::string& spec, double mean, double t) {
  AcrossHead head;
  head.spec = spec;
  head.late = {.n = 8,
               .mean = mean,
               .sd = 0.01,
               .se = 0.0035,
               .t = t,
               .df = 7,
               .p = 0.01,
               .log10_p = -2,
               .ci_low = mean - 0.01,
               .ci_high = mean + 0.01};
  head.random_effects.mean = mean * 0.9;
  head.random_effects.p = 0.0125;
  head.random_effects.ci_low = mean * 0.9 - 0.005;
  head.random_effects.ci_high = mean * 0.9 + 0.005;
  head.random_effects.pi_low = mean * 0.9 - 0.02;
  head.random_effects.pi_high = mean * 0.9 + 0.02;
  head.random_effects.i2 = 0.625;
  head.signs.n_agree = 7;
  head.p_holm = 0.06;
  head.p_bh = 0.03;
  head.p_max_t = 0.046875;
  return head;
}

/// Four heads on eight prompts: a weak one, two strong ones, and one that does nothing.
store::SweepListing made_listing() {
  store::SweepListing listing = made_sweeps(8);
  AcrossResult across;
  across.n_prompts = 8;
  across.n_units = 8;
  across.family_size = 40;
  across.enumerated = true;
  across.n_patterns = 128;
  across.smallest_p = 1.0 / 128;
  across.heads = {made_head("L1H0", 0.002, 1.5), made_head("L3H2", -0.05, -9.25),
                  made_head("L2H1", 0.01, 4.0)};
  across.heads[2].random_effects = {};  // no maximum of the likelihood
  AcrossHead nothing;
  nothing.spec = "L4H3";
  nothing.late.n = 8;
  across.heads.push_back(nothing);
  listing.across = across;
  return listing;
}

View view_of_width(std::size_t width, bool quiet = true) {
  View view;
  view.width = width;
  view.quiet = quiet;
  return view;
}

TEST(RenderAcross, PutsEveryTestBesideTheOthersStrongestFirst) {
  EXPECT_EQ(render_across(made_listing(), 10, view_of_width(100)),
            R"(  Across 8 prompts: the 3 heads of 4 with the largest |t| over them

    head      late Δ   95 % CI a new one    I²       p  signs       t    Holm      BH   p max
    L3H2    -0.04500  ±0.00500  ±0.02000   62%  0.0125    7/8   -9.25  0.0600  0.0300  0.0469
    L2H1    +0.01000         -         -     -       -    7/8    4.00  0.0600  0.0300  0.0469
    L1H0    +0.00180  ±0.00500  ±0.02000   62%  0.0125    7/8    1.50  0.0600  0.0300  0.0469
)");
}

TEST(RenderAcross, GivesUpHeterogeneityWhereItIsNarrow) {
  const std::string text = render_across(made_listing(), 1, view_of_width(80));
  EXPECT_EQ(text, R"(  Across 8 prompts: the 1 head of 4 with the largest |t| over them

    head      late Δ   95 % CI       p  signs       t    Holm      BH   p max
    L3H2    -0.04500  ±0.00500  0.0125    7/8   -9.25  0.0600  0.0300  0.0469
)");
}

TEST(RenderAcross, CutsLongSpecsAndNeverTheWidth) {
  store::SweepListing listing = made_listing();
  listing.across->heads[0].spec = "L3H0+L3H1+L3H2+L3H3+L3H4+L3H5+L3H6+L3H7";
  listing.across->heads[0].late.t = -std::numeric_limits<double>::infinity();
  for (const std::size_t width : {80U, 90U, 100U}) {
    const std::string text = render_across(listing, 10, view_of_width(width, /*quiet=*/false));
    EXPECT_THAT(text, HasSubstr("…"));
    EXPECT_THAT(text, HasSubstr("-inf"));
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = text.find('\n', begin);
      EXPECT_LE(display_width(text.substr(begin, end - begin)), width);
      begin = end + 1;
    }
  }
}

TEST(RenderAcross, SaysWhatTheNumbersAreAndWhereTheyEnd) {
  store::SweepListing listing = made_listing();
  std::string text = render_across(listing, 10, view_of_width(100, /*quiet=*/false));
  EXPECT_THAT(text, HasSubstr("all 128 patterns"));
  EXPECT_THAT(text, HasSubstr("--holdout"));
  EXPECT_THAT(text, Not(HasSubstr("use more")));
  listing.across->enumerated = false;
  listing.across->seed = 17;
  listing.across->smallest_p = 0.05;
  listing.across->n_units = 5;
  text = render_across(listing, 10, view_of_width(100, /*quiet=*/false));
  EXPECT_THAT(text, HasSubstr("Across 8 prompts in 5 groups"));
  EXPECT_THAT(text, HasSubstr("drawn with seed 17"));
  EXPECT_THAT(text, HasSubstr("use more"));
  listing.across->n_patterns = 0;
  EXPECT_THAT(render_across(listing, 10, view_of_width(100, /*quiet=*/false)),
              HasSubstr("there is nothing to test"));
}

TEST(RenderAcross, HasNoRowsWhereNothingCanBeTested) {
  store::SweepListing listing = made_listing();
  for (AcrossHead& head : listing.across->heads) head.late.t = std::nullopt;
  EXPECT_EQ(render_across(listing, 10, view_of_width(100)),
            "  Across 8 prompts: no head can be tested\n");
  listing.across = std::nullopt;
  EXPECT_EQ(render_across(listing, 10, view_of_width(100)), "");
}

TEST(RenderAcross, ShowsTheHeadsHeldOutInTheOrderOfTheirChoice) {
  store::SweepListing listing = made_listing();
  HoldoutResult holdout;
  holdout.seed = 3;
  holdout.choosing = {0, 2, 4, 6};
  holdout.testing = {1, 3, 5, 7};
  holdout.tested = *listing.across;
  holdout.tested.n_prompts = holdout.tested.n_units = 4;
  holdout.tested.heads.resize(2);  // the weak one was the stronger on the first half
  listing.holdout = holdout;
  const std::string text = render_across(listing, 10, view_of_width(100, /*quiet=*/false));
  EXPECT_THAT(text, HasSubstr("Held out: 2 heads chosen by |t| on 4 prompts, tested on the other 4 "
                              "prompts"));
  EXPECT_THAT(text, HasSubstr("Split with seed 3"));
  EXPECT_THAT(text, Not(HasSubstr("--holdout")));
  const std::string second = text.substr(text.find("Held out"));
  EXPECT_LT(second.find("L1H0"), second.find("L3H2"));
}

}  // namespace across_table_test
}  // namespace tacet::cli
