// The sizes of a change against NumPy's and SciPy's (tests/stats/make_effect_sizes_golden.py), and
// their corners.
#include "tacet/effect_sizes.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tacet/error.h"

namespace tacet {
namespace effect_sizes_test {

using nlohmann::json;

/// Relative to the interval's width, which is what an error would have to be seen beside.
constexpr double kTolerance = 1e-8;

std::vector<TokenPair> all_pairs(std::uint32_t n_tokens) {
  std::vector<TokenPair> pairs;
  for (std::uint32_t i = 0; i < n_tokens; ++i) {
    for (std::uint32_t j = i + 1; j < n_tokens; ++j) pairs.push_back({.i = i, .j = j});
  }
  return pairs;
}

void expect_estimate(const Estimate& estimate, const json& exact, const std::string& what) {
  ASSERT_TRUE(estimate.value && estimate.low && estimate.high) << what;
  const double width = exact[2].get<double>() - exact[1].get<double>();
  const double margin = kTolerance * width;
  EXPECT_NEAR(*estimate.value, exact[0].get<double>(),
              kTolerance * std::abs(exact[0].get<double>()))
      << what;
  EXPECT_NEAR(*estimate.low, exact[1].get<double>(), margin) << what;
  EXPECT_NEAR(*estimate.high, exact[2].get<double>(), margin) << what;
}

TEST(EffectSizesTest, AgreesWithNumPyTokenByToken) {
  std::ifstream file(TACET_TEST_DATA "/effect_sizes.json");
  ASSERT_TRUE(file.is_open());
  const json golden = json::parse(file);
  for (const json& one : golden["cases"]) {
    std::vector<TokenPair> pairs;
    for (const json& pair : one["pairs"]) pairs.push_back({.i = pair[0], .j = pair[1]});
    const EffectSizes sizes = effect_sizes(
        one["clean"].get<std::vector<double>>(), one["silenced"].get<std::vector<double>>(), pairs,
        one["n_tokens"].get<std::size_t>(), golden["alpha"].get<double>());
    const std::string name = one["name"];
    expect_estimate(sizes.cohen_dz, one["sizes"]["cohen_dz"], name + ": cohen_dz");
    expect_estimate(sizes.glass_delta, one["sizes"]["glass_delta"], name + ": glass_delta");
    expect_estimate(sizes.mean_delta_degrees, one["sizes"]["mean_delta_degrees"],
                    name + ": degrees");
  }
}

TEST(EffectSizesTest, NothingChangedIsExactlyNothing) {
  const std::vector<double> clean = {0.1, 0.5, -0.3, 0.2, 0.9, 0.4};
  const EffectSizes sizes = effect_sizes(clean, clean, all_pairs(4), 4, 0.05);
  EXPECT_FALSE(sizes.cohen_dz.value);
  EXPECT_EQ(sizes.glass_delta.value, 0.0);
  EXPECT_EQ(sizes.mean_delta_degrees.value, 0.0);
  for (const Estimate& one : {sizes.cohen_dz, sizes.glass_delta, sizes.mean_delta_degrees}) {
    EXPECT_FALSE(one.low || one.high);
  }
}

TEST(EffectSizesTest, WhereATokenLeavesTooLittleThereIsNoInterval) {
  // Three tokens: without one of them a single pair is left.
  const EffectSizes three =
      effect_sizes(std::vector{0.1, 0.5, 0.3}, std::vector{0.2, 0.4, 0.6}, all_pairs(3), 3, 0.05);
  EXPECT_TRUE(three.cohen_dz.value);
  EXPECT_FALSE(three.cohen_dz.low);
  EXPECT_FALSE(three.mean_delta_degrees.low);
  // All clean cosines are the same: no spread to measure by.
  const std::vector<double> same(6, 0.5);
  const EffectSizes flat =
      effect_sizes(same, std::vector{0.1, 0.2, 0.3, 0.4, 0.5, 0.6}, all_pairs(4), 4, 0.05);
  EXPECT_FALSE(flat.glass_delta.value);
  EXPECT_TRUE(flat.cohen_dz.low);
}

TEST(EffectSizesTest, RoundingBeyondOneIsNoAngle) {
  const double above = std::nextafter(1.0, 2.0);
  const EffectSizes sizes =
      effect_sizes(std::vector{above, -above, 0.0, 0.1, 0.2, 0.3},
                   std::vector{1.0, -1.0, 0.5, 0.1, 0.2, 0.3}, all_pairs(4), 4, 0.05);
  EXPECT_NEAR(*sizes.mean_delta_degrees.value, -30.0 / 6, 1e-9);
}

TEST(EffectSizesTest, RelabellingTheTokensChangesNothing) {
  const std::vector<double> clean = {0.1, 0.5, -0.3, 0.2, 0.9, 0.4};
  const std::vector<double> silenced = {0.2, 0.3, -0.1, 0.25, 0.7, 0.6};
  std::vector<TokenPair> relabelled;
  const std::vector<std::uint32_t> label = {2, 0, 3, 1};
  for (const TokenPair pair : all_pairs(4)) {
    relabelled.push_back(
        {.i = std::min(label[pair.i], label[pair.j]), .j = std::max(label[pair.i], label[pair.j])});
  }
  const EffectSizes one = effect_sizes(clean, silenced, all_pairs(4), 4, 0.05);
  const EffectSizes other = effect_sizes(clean, silenced, relabelled, 4, 0.05);
  EXPECT_NEAR(*one.cohen_dz.low, *other.cohen_dz.low, 1e-12);
  EXPECT_NEAR(*one.glass_delta.high, *other.glass_delta.high, 1e-12);
  EXPECT_NEAR(*one.mean_delta_degrees.high, *other.mean_delta_degrees.high, 1e-12);
}

TEST(EffectSizesTest, WrongSizesAreRefused) {
  const std::vector<double> clean = {0.1, 0.5, 0.3};
  EXPECT_THROW(effect_sizes(clean, std::vector{0.1, 0.2}, all_pairs(3), 3, 0.05), UsageError);
  EXPECT_THROW(effect_sizes(clean, clean, all_pairs(4), 4, 0.05), UsageError);
  EXPECT_THROW(effect_sizes(clean, std::vector{0.1, 0.2, 0.4}, all_pairs(3), 3, 0.0), UsageError);
}

TEST(JackknifeEstimateTest, NeedsThreeFiniteNumbers) {
  EXPECT_FALSE(jackknife_estimate(1, std::vector{1.0, 2.0}, 0.05).low);
  EXPECT_FALSE(
      jackknife_estimate(1, std::vector{1.0, 2.0, std::numeric_limits<double>::infinity()}, 0.05)
          .low);
  const Estimate estimate = jackknife_estimate(2, std::vector{1.0, 2.0, 3.0}, 0.05);
  // se = sqrt(2/3 * 2) and t with 2 degrees of freedom.
  EXPECT_NEAR(*estimate.high, 2 + 4.302652729749464 * std::sqrt(4.0 / 3), 1e-12);
}

}  // namespace effect_sizes_test
}  // namespace tacet
