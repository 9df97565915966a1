#include "cli/trajectory_table.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/made_results.h"

namespace tacet::cli {
namespace trajectory_table_test {

using ::testing::HasSubstr;
using testing::made_model;
using testing::made_trajectory;
using ::testing::Not;

TEST(RenderTrajectory, Golden) {
  EXPECT_EQ(render_trajectory(made_trajectory(), made_model(), View()),
            R"(  model       made · 5 blocks x 4 heads · d_model 32 · F32 · 0123456789abcdef
  measured    cosine similarity of 6 pairs of 4 tokens

  0  1     2      3
  I  ␣like ␣pizza !
  40 588   14256  0

      state  hs  mean similarity                  q25  median     q75   length distance   rank
      embed   0  ██████████            0.5000  0.3750  0.5100  0.6250    123.5    45.68   2.75
      L0      1  ████████████▌         0.6250  0.5000  0.6350  0.7500    123.5    45.68   2.75
      L1      2  ███████▌              0.3750  0.2500  0.3850  0.5000    123.5    45.68   2.75
min ► L2      3  ░░░░░                -0.2500 -0.3750 -0.2400 -0.1250    123.5    45.68   2.75
      L3      4  ██████████            0.5000  0.3750  0.5100  0.6250    123.5    45.68   2.75
      L4      5  █████████████████▌    0.8750  0.7500  0.8850  1.0000    123.5    45.68   2.75
      ────────────────────────────────────────────────────────────────────────────────────────
      ln_f    5  ███████████████████▍  0.9688  0.8438  0.9788  1.0938    123.5    45.68   2.75

  The mean similarity is 0.5000 in the embedding, 0.6250 in block 0 (hidden_states[1]), lowest in
  block 2 (hidden_states[3]) with -0.2500, and 0.8750 in block 4 (hidden_states[5]), 0.9688 after
  ln_f.

  Over the pairs: mean, quartiles and mean Euclidean distance. Over the tokens: mean length, and the
  effective rank of their Gram matrix. hs: index in Hugging Face's hidden_states, whose last entry
  is ln_f's output.
)");
}

TEST(RenderTrajectory, QuietAndNarrow) {
  View view;
  view.width = 80;
  view.quiet = true;
  const std::string text = render_trajectory(made_trajectory(), made_model(), view);
  EXPECT_THAT(text, HasSubstr("      L0      1  ███▊    0.6250"));
  EXPECT_THAT(text, Not(HasSubstr("quartiles")));
}

TEST(RenderTrajectory, OfHuggingFaceStates) {
  TrajectoryResult result = made_trajectory();
  result.states = StatesKind::hf;
  result.exclude_first = true;
  const std::string text = render_trajectory(result, made_model(), View());
  EXPECT_THAT(text, HasSubstr("position 0 left out, the last row is ln_f's output"));
  EXPECT_THAT(text, Not(HasSubstr("─")));
  EXPECT_THAT(text, HasSubstr("0.8750 at the end, with ln_f applied\n  (hidden_states[5])"));
}

}  // namespace trajectory_table_test
}  // namespace tacet::cli
