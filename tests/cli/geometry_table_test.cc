#include "cli/geometry_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/made_results.h"
#include "cli/silence_summary.h"

namespace tacet::cli {
namespace geometry_table_test {

using ::testing::HasSubstr;
using testing::made_model;
using testing::made_silence;
using ::testing::Not;

SilenceResult with_geometry() {
  SilenceResult result = made_silence();
  for (LayerEffect& row : result.layers) {
    row.cka = 1 - 0.0001 * row.layer;
    row.rank_correlation = 1 - 0.01 * row.layer;
  }
  result.layers[4].cka = std::nullopt;
  VerdictChange first;
  first.measured = "without position 0";
  first.blocks = {2, 3};
  VerdictChange centred;
  centred.measured = "centred";
  centred.blocks = {4};
  VerdictChange undefined;
  undefined.measured = "standardised";
  undefined.undefined = "a vector has no length left";
  result.verdict_changes = {first, centred, undefined};
  return result;
}

TEST(RenderGeometry, HasEveryBlockFromTheCutOn) {
  View view;
  view.quiet = true;
  EXPECT_EQ(render_geometry(with_geometry(), view), R"(  The geometry, clean against silenced

  block  hs         CKA  rank corr.  position 0  centred
  L1      2    0.999900    0.990000           =        =
  L2      3    0.999800    0.980000           ≠        =
  L3      4    0.999700    0.970000           ≠        =
  L4      5           -    0.960000           =        ≠
)");
}

TEST(RenderGeometry, IsEmptyWhereNothingChanged) {
  SilenceResult result = with_geometry();
  for (LayerEffect& row : result.layers) row.effect = Effect::unchanged;
  EXPECT_EQ(render_geometry(result, View()), "");
}

TEST(RenderGeometry, StandsInTheTableWhereItIsAskedFor) {
  const SilenceResult result = with_geometry();
  EXPECT_THAT(render_silence(result, made_model(), View(), nullptr, /*geometry=*/true),
              HasSubstr(render_geometry(result, View())));
  EXPECT_THAT(render_silence(result, made_model(), View()), Not(HasSubstr("CKA")));
}

}  // namespace geometry_table_test
}  // namespace tacet::cli
