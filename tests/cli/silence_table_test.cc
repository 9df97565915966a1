#include "cli/silence_table.h"

#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/made_results.h"
#include "cli/silence_summary.h"
#include "cli/width.h"

namespace tacet::cli {
namespace silence_table_test {

using ::testing::HasSubstr;
using testing::made_model;
using testing::made_silence;
using ::testing::Not;

/// Columns of the widest line.
std::size_t widest(const std::string& text) {
  std::size_t most = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    most = std::max(most, display_width(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return most;
}

/// `text` without the escapes of colours.
std::string without_color(std::string text) {
  for (std::size_t at = text.find('\x1b'); at != std::string::npos; at = text.find('\x1b')) {
    text.erase(at, text.find('m', at) + 1 - at);
  }
  return text;
}

TEST(RenderSilence, Golden) {
  std::string text = render_silence(made_silence(), made_model(), View());
  // The sentence has tests of its own, where it is made.
  const std::string verdict = paragraph(describe(made_silence()), View());
  ASSERT_THAT(text, HasSubstr("\n" + verdict + "\n"));
  text.erase(text.find(verdict), verdict.size());
  EXPECT_EQ(text, R"(  model       made · 5 blocks x 4 heads · d_model 32 · F32 · 0123456789abcdef
  silenced    L1H2 → zero, at all 4 tokens; 32 values changed
  test        paired t-test over 6 pairs; * where p adj. < 0.05, that is p < 0.01 (bonferroni over
              all 5 blocks)

  0  1     2      3
  I  ␣like ␣pizza !
  40 588   14256  0

      block  hs  mean similarity, clean                      Δ        t   p adj.    effect
      L0      1  ████████▊       0.6250       │              0        -        -    = unchanged
cut ► L1      2  █████▎          0.3750       │       -2.0e-05    -1.50   0.9700    · none
      L2      3  ░░░░           -0.2500       │█▌     +0.01250     9.00   0.0014  * ▲ coupling
      L3      4  ███████         0.5000  █████│       -0.05000 -1234.50  5.0e-15  * ▼ decoupling
late ┃L4      5  ████████████▎   0.8750       │██▌    +0.02500      inf        0  * ▲ coupling
      ───────────────────────────────────────────────────────────────────────────────────────
      ln_f    5  █████████████▋  0.9688       │▌      +0.00100     3.50   0.0170  * ▲ coupling

  clean run   similarity 0.6250 in block 0 (hidden_states[1]), lowest -0.2500 in block 2
              (hidden_states[3]), 0.8750 at the end, 0.9688 after ln_f
  immediate   Δ -2.0e-05 in block 1 (hidden_states[2])
  late        Δ +0.02500 over block 4 (hidden_states[5]); 1 of 1 significant
  late size   L4/5: d_z +inf, Glass -, -
  onset       block 2 (hidden_states[3]), 1 block above the cut
  persistence 67 % of the blocks from the onset on, with its sign; the sign changes 2 times
  growth      perturbation x 1.105 per block; in absolute length unknown


  Position 0 matters: without it (--exclude-first) the effect is another one in blocks 2-3
  (hidden_states[3-4]).

  The pairs share tokens, so they are not independent, and this t-test calls too much significant:
  it is the experiment's own yardstick, no proof.
  ► silenced, ┃ late, * significant, ▲ more alike, ▼ less alike, · neither, = exactly unchanged.
  Δ: silenced minus clean, mean over the pairs. hs: index in Hugging Face's hidden_states, whose
  last entry, 5, is ln_f's output; ln_f's p is not adjusted.
)");
}

TEST(RenderSilence, NarrowGolden) {
  View view;
  view.width = 80;
  EXPECT_EQ(render_blocks(made_silence(), view),
            R"(      block  hs  mean similarity, clean         Δ        t   p adj.    effect
      L0      1  ██████▎     0.6250         0        -        -    = unchanged
cut ► L1      2  ███▊        0.3750  -2.0e-05    -1.50   0.9700    · none
      L2      3  ░░░        -0.2500  +0.01250     9.00   0.0014  * ▲ coupling
      L3      4  █████       0.5000  -0.05000 -1234.50  5.0e-15  * ▼ decoupling
late ┃L4      5  ████████▊   0.8750  +0.02500      inf        0  * ▲ coupling
      ──────────────────────────────────────────────────────────────────────
      ln_f    5  █████████▊  0.9688  +0.00100     3.50   0.0170  * ▲ coupling
)");
  EXPECT_LE(widest(render_silence(made_silence(), made_model(), view)), 80U);
}

TEST(RenderSilence, DetailsGolden) {
  View view;
  view.verbose = true;
  EXPECT_EQ(
      render_block_details(made_silence(), view),
      R"(  block       p     d_z    interval of Δ     direct Δ  perturb.  norms   mean distance     eff. rank
  L0          -       -         -         -         0         0  1.000   12.25   12.50   3.50   3.25
  L1     0.1940   -0.60  -0.00102  +0.00098  -1.0e-05    0.0312  0.990   12.25   12.50   3.50   3.25
  L2     0.0003    3.60  +0.01150  +0.01350  +0.00625    0.0312  0.990   12.25   12.50   3.50   3.25
  L3    1.0e-15 -493.80  -0.05100  -0.04900  -0.02500    0.0312  0.990   12.25   12.50   3.50   3.25
  L4          0     inf  +0.02400  +0.02600  +0.01250    0.0312  0.990   12.25   12.50   3.50   3.25
  ln_f   0.0170    1.40         0  +0.00200  +0.00050    0.0312  0.990   12.25   12.50   3.50   3.25
)");
  EXPECT_THAT(render_silence(made_silence(), made_model(), view),
              HasSubstr(render_block_details(made_silence(), view)));
}

TEST(RenderSilence, ColorAddsNothingButColor) {
  View view;
  view.verbose = true;
  const std::string plain = render_silence(made_silence(), made_model(), view);
  EXPECT_LE(widest(plain), 100U);
  view.style = Style(true);
  const std::string colored = render_silence(made_silence(), made_model(), view);
  EXPECT_NE(colored, plain);
  EXPECT_EQ(without_color(colored), plain);
  EXPECT_THAT(colored, HasSubstr("\x1b[31m* ▲ coupling\x1b[0m"));
  EXPECT_THAT(colored, HasSubstr("\x1b[34m* ▼ decoupling\x1b[0m"));
}

TEST(RenderSilence, QuietLeavesNotesOut) {
  View view;
  const std::string full = render_silence(made_silence(), made_model(), view);
  view.quiet = true;
  const std::string quiet = render_silence(made_silence(), made_model(), view);
  EXPECT_TRUE(full.starts_with(quiet));
  EXPECT_THAT(full, HasSubstr("Position 0 matters: without it"));
  EXPECT_THAT(quiet, Not(HasSubstr("Position 0")));
}

TEST(RenderSilence, TellsWhatWasAsked) {
  SilenceResult result = made_silence();
  result.intervention = {.heads = {{1, 2}, {3, 0}}, .positions = {1, 2}, .mode = {.scale = 0.5F}};
  result.values_changed = 1;
  result.cosine = Cosine::centred;
  result.exclude_first = true;
  result.pairs = PairsKind::all;
  result.test = {.name = tacet::Test::independent,
                 .correction = Correction::holm,
                 .family = Family::reachable,
                 .family_size = 4,
                 .threshold = std::nullopt};
  const std::string text = render_silence(result, made_model(), View());
  EXPECT_THAT(text, HasSubstr("L1H2+L3H0 → scale:0.5, at positions 1, 2; 1 value changed"));
  EXPECT_THAT(text, HasSubstr("Student's t-test with pooled variance over 6 pairs; * where p adj. "
                              "< 0.05 (holm over\n              the 4 blocks at and above"));
  EXPECT_THAT(text, HasSubstr("centred cosine, position 0 left out, all pairs"));
  result.cosine = Cosine::no_rogue;
  result.rogue_dimensions = 3;
  EXPECT_THAT(render_silence(result, made_model(), View()),
              HasSubstr("cosine without the 3 rogue dimensions of each block, position 0"));
  EXPECT_THAT(text, HasSubstr("I  [␣like] [␣pizza] !"));
  EXPECT_THAT(text, HasSubstr("\n    ► L3 "));
  EXPECT_THAT(text, HasSubstr("Position 0 matters: with it among the pairs"));
  result.test.family = Family::sweep;
  EXPECT_THAT(render_silence(result, made_model(), View()),
              HasSubstr("4 head x block cells of a sweep"));
  result.test.correction = Correction::none;
  EXPECT_THAT(render_silence(result, made_model(), View()), HasSubstr("p < 0.05, uncorrected"));
}

TEST(RenderSilence, OfHuggingFaceStates) {
  SilenceResult result = made_silence();
  result.states = StatesKind::hf;
  result.final_norm = std::nullopt;
  const std::string text = render_silence(result, made_model(), View());
  EXPECT_THAT(text, HasSubstr("the last row is ln_f's output"));
  EXPECT_THAT(text, Not(HasSubstr("────")));
}

TEST(RenderSilence, OfNothingChanged) {
  SilenceResult result = made_silence();
  result.values_changed = 0;
  result.effect_depends_on_first = {};
  result.final_norm = result.layers.front();
  for (LayerEffect& row : result.layers) {
    const int layer = row.layer;
    row = result.layers.front();
    row.layer = layer;
  }
  result.ripple.onset = std::nullopt;
  result.ripple.persistence = std::nullopt;
  const std::string text = render_silence(result, made_model(), View());
  EXPECT_THAT(text, HasSubstr("changed nothing: 0 values"));
  EXPECT_THAT(text, Not(HasSubstr("onset")));
  EXPECT_THAT(text, Not(HasSubstr("nan")));
}

TEST(RenderSilence, OfNothingSignificant) {
  SilenceResult result = made_silence();
  for (LayerEffect& row : result.layers) row.significant = false;
  result.ripple.onset = std::nullopt;
  result.ripple.persistence = std::nullopt;
  result.ripple.growth = std::nullopt;
  const std::string text = render_silence(result, made_model(), View());
  EXPECT_THAT(text, HasSubstr("none: no block is significant"));
  EXPECT_THAT(text, HasSubstr("0 of 1 significant"));
  EXPECT_THAT(text, Not(HasSubstr("persistence")));
  EXPECT_THAT(text, Not(HasSubstr("growth")));
}

TEST(RenderSilence, OfACutAmongTheLateBlocks) {
  SilenceResult result = made_silence();
  result.ripple.late_layers = {1, 2, 3, 4};
  const std::string text = render_blocks(result, View());
  EXPECT_THAT(text, HasSubstr("\ncut ►┃L1 "));
  EXPECT_THAT(text, HasSubstr("\nlate ┃L2 "));
  EXPECT_THAT(text, HasSubstr("\n     ┃L3 "));
}

TEST(RenderSilence, KeepsItsColumnsWithManyBlocks) {
  SilenceResult result = made_silence();
  const LayerEffect last = result.layers.back();
  while (result.layers.size() < 10000) {
    result.layers.push_back(last);
    result.layers.back().layer = static_cast<int>(result.layers.size()) - 1;
  }
  EXPECT_LE(widest(render_blocks(result, View())), 100U);
}

TEST(BlockNames, CarryBothIndices) {
  EXPECT_EQ(block_name(23), "block 23 (hidden_states[24])");
  EXPECT_EQ(block_names(std::vector<int>{4}), "block 4 (hidden_states[5])");
  EXPECT_EQ(block_names(std::vector<int>{0, 1, 2, 7, 9, 10}),
            "blocks 0-2, 7, 9-10 (hidden_states[1-3, 8, 10-11])");
}

TEST(RenderSilence, MarksWhatLiesNearTheNoise) {
  SilenceResult result = made_silence();
  EXPECT_THAT(render_silence(result, made_model(), View()), Not(HasSubstr("≈")));
  result.precision = Precision::float64;
  for (LayerEffect& row : result.layers) {
    row.noise_floor = 2e-3;
    row.near_noise = is_near_noise(row);
  }
  const std::string text = render_silence(result, made_model(), View());
  EXPECT_THAT(text, HasSubstr("* ▲ coupling   ≈\n"));
  EXPECT_THAT(text, HasSubstr("* ▼ decoupling\n")) << "25 times the floor";
  EXPECT_THAT(text, HasSubstr("· none\n"));
  EXPECT_THAT(text, HasSubstr("less than ten times the noise floor"));
  EXPECT_THAT(text, HasSubstr("double precision"));
  EXPECT_THAT(text, HasSubstr("differ by 0.002 in Δ at most; 1 of 3"));
  EXPECT_LE(widest(text), 100U);
}

}  // namespace silence_table_test
}  // namespace tacet::cli
