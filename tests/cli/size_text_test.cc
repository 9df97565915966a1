#include "cli/size_text.h"

#include <limits>

#include <gtest/gtest.h>

#include "cli/made_results.h"

namespace tacet::cli {
namespace size_text_test {

using testing::made_silence;

SilenceResult with_sizes() {
  SilenceResult result = made_silence();
  result.ripple.late_layers = {3, 4};
  LayerEffect& row = result.layers[3];  // a larger change than block 4's
  row.cohen_dz = -0.481;
  row.cohen_dz_low = -1.18;
  row.cohen_dz_high = 0.22;
  row.glass_delta = -0.01234;
  row.glass_delta_low = -0.0314;
  row.glass_delta_high = 0.0067;
  row.mean_delta_degrees = 0.1;
  return result;
}

TEST(LateSizeText, IsOfTheLargestLateChange) {
  EXPECT_EQ(late_size_text(with_sizes()),
            "L3/4: d_z -0.5 [-1.2, +0.2], Glass -0.012 [-0.031, +0.007], +0.10°");
}

TEST(LateSizeText, SaysWhatDoesNotExist) {
  SilenceResult result = with_sizes();
  result.layers[3].cohen_dz = -std::numeric_limits<double>::infinity();
  result.layers[3].glass_delta = std::nullopt;
  EXPECT_EQ(late_size_text(result), "L3/4: d_z -inf, Glass -, +0.10°");
  for (LayerEffect& row : result.layers) row.effect = Effect::unchanged;
  EXPECT_EQ(late_size_text(result), "");
}

TEST(GrowthText, IsAFactorWithItsInterval) {
  Ripple ripple;
  EXPECT_EQ(growth_text(ripple), "perturbation unknown; in absolute length unknown");
  ripple.growth = 0;
  ripple.growth_low = -0.1;
  ripple.growth_high = 0.1;
  ripple.growth_absolute = 0.01;
  EXPECT_EQ(growth_text(ripple),
            "perturbation x 1.000 per block [0.905, 1.105]; in absolute length x 1.010 per block");
}

}  // namespace size_text_test
}  // namespace tacet::cli
