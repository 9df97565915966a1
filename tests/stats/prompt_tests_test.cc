// Edges and symmetries of tacet/prompt_tests.h; the values are in prompt_tests_golden_test.cc.
#include "tacet/prompt_tests.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tacet/error.h"

namespace tacet {
namespace prompt_tests_test {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr double kAlpha = 0.05;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<double> normal(std::mt19937_64& random, std::size_t n, double centre = 0) {
  std::normal_distribution<double> distribution(centre, 1);
  std::vector<double> values(n);
  std::ranges::generate(values, [&] { return distribution(random); });
  return values;
}

void expect_silent(const RandomEffects& result) {
  EXPECT_FALSE(result.note.empty());
  for (const auto& value : {result.mean, result.se, result.t, result.p, result.tau2, result.i2,
                            result.q, result.q_p, result.ci_low, result.pi_high}) {
    EXPECT_FALSE(value.has_value());
  }
}

TEST(PromptTests, GroupsCountOnce) {
  const std::vector<std::string> names = {"b", "", "a", "b", ""};
  const PromptGroups groups = group_prompts(names);
  EXPECT_THAT(groups.of_prompt, ElementsAre(0, 1, 2, 0, 3));
  EXPECT_EQ(groups.n_groups, 4U);
  EXPECT_THAT(group_means(std::vector<double>{1, 2, 3, 5, 8}, groups), ElementsAre(3, 2, 3, 8));
  EXPECT_THAT(group_variances(std::vector<double>{1, 2, 3, 5, 8}, groups),
              ElementsAre(1.5, 2, 3, 8));
  EXPECT_THROW(group_means(std::vector<double>{1}, groups), UsageError);
}

TEST(PromptTests, OnePromptHasAMeanAlone) {
  const MeanTest test = mean_t_test(std::vector<double>{0.25}, kAlpha);
  EXPECT_EQ(test.mean, 0.25);
  EXPECT_FALSE(test.se || test.t || test.p || test.ci_low);
  EXPECT_THROW(mean_t_test({}, kAlpha), UsageError);
  EXPECT_THROW(mean_t_test(std::vector<double>{1, 2}, 1), UsageError);
}

TEST(PromptTests, NullMeansNull) {
  const std::vector<double> zeros(5, 0.0);
  const MeanTest test = mean_t_test(zeros, kAlpha);
  EXPECT_EQ(test.mean, 0);
  EXPECT_EQ(test.se, 0);
  EXPECT_FALSE(test.t || test.p || test.ci_low);
  EXPECT_FALSE(sign_count(zeros).p.has_value());
  EXPECT_EQ(sign_count(zeros).n_agree, 0U);
  const std::vector<std::vector<double>> cells = {zeros, {0, 0, 1, 2, 0}};
  const SignFlipResult flips = sign_flip_max_t(cells, {});
  EXPECT_FALSE(flips.cells[0].t || flips.cells[0].p || flips.cells[0].p_max_t);
  EXPECT_TRUE(flips.cells[1].p_max_t.has_value());
}

TEST(PromptTests, EqualPromptsAreCertain) {
  const MeanTest test = mean_t_test(std::vector<double>(3, -0.1), kAlpha);
  EXPECT_EQ(test.mean, -0.1);
  EXPECT_EQ(test.t, -kInfinity);
  EXPECT_EQ(test.p, 0);
  EXPECT_EQ(test.ci_low, -0.1);
}

TEST(PromptTests, RandomEffectsNeedTwoUnits) {
  expect_silent(random_effects({}, {}, kAlpha));
  const RandomEffects one = random_effects(std::vector<double>{1}, std::vector<double>{1}, kAlpha);
  expect_silent(one);
  EXPECT_EQ(one.k, 1U);
  EXPECT_THAT(one.note, HasSubstr("at least 2 units"));
}

TEST(PromptTests, RandomEffectsWithoutAMaximumHaveANote) {
  const std::vector<double> equal = {0.5, 0.5};
  expect_silent(random_effects(equal, std::vector<double>{0, 0}, kAlpha));
  const std::vector<double> three = {0.5, 0.5, 0.7};
  const RandomEffects result = random_effects(three, std::vector<double>{0, 0, 1}, kAlpha);
  expect_silent(result);
  EXPECT_THAT(result.note, HasSubstr("infinite"));
}

TEST(PromptTests, RandomEffectsThatLeaveTheDoublesHaveANote) {
  const std::vector<double> huge = {1e308, -1e308, 1e308};
  expect_silent(random_effects(huge, std::vector<double>(3, 1.0), kAlpha));
}

TEST(PromptTests, RandomEffectsOfEqualVariancesAreThePlainTest) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 20; ++round) {
    const std::vector<double> effects = normal(random, 9, 0.5);
    const RandomEffects result = random_effects(effects, std::vector<double>(9, 0.05), kAlpha);
    const MeanTest plain = mean_t_test(effects, kAlpha);
    EXPECT_NEAR(result.mean.value(), plain.mean, 1e-12);
    EXPECT_NEAR(result.se.value(), plain.se.value(), 1e-12);
    EXPECT_NEAR(result.ci_low.value(), plain.ci_low.value(), 1e-12);
    EXPECT_NEAR(result.tau2.value(), *plain.sd * *plain.sd - 0.05, 1e-12);
  }
}

TEST(PromptTests, RandomEffectsScaleWithTheirData) {
  std::mt19937_64 random(4);
  const std::vector<double> effects = normal(random, 12, 0.2);
  std::vector<double> variances = normal(random, 12);
  for (double& v : variances) v = v * v + 0.01;
  const RandomEffects one = random_effects(effects, variances, kAlpha);
  for (const double factor : {-1.0, 0x1p-60, 0x1p60}) {
    std::vector<double> scaled = effects;
    std::vector<double> scaled_variances = variances;
    for (double& y : scaled) y *= factor;
    for (double& v : scaled_variances) v *= factor * factor;
    const RandomEffects other = random_effects(scaled, scaled_variances, kAlpha);
    EXPECT_NEAR(*other.mean / factor, *one.mean, 1e-13);
    EXPECT_NEAR(*other.tau2 / factor / factor, *one.tau2, 1e-13);
    EXPECT_NEAR(*other.i2, *one.i2, 1e-13);
    EXPECT_NEAR(*other.p, *one.p, 1e-13);
  }
}

TEST(PromptTests, RandomEffectsRefuseWhatIsNoVariance) {
  const std::vector<double> two = {1, 2};
  EXPECT_THAT(
      [&] {
        random_effects(two, std::vector<double>{1, -1}, kAlpha);
      },
      ThrowsMessage<UsageError>(HasSubstr("below 0")));
  EXPECT_THROW(random_effects(two, std::vector<double>{1}, kAlpha), UsageError);
  EXPECT_THROW(random_effects(two, two, 0), UsageError);
}

TEST(PromptTests, SignsAgreeWithTheMean) {
  const SignCount count = sign_count(std::vector<double>{-1, -1, 3, 0, -0.5});
  EXPECT_EQ(count.n_agree, 1U);  // the mean is above 0
  EXPECT_EQ(count.p, 0.625);
}

TEST(PromptTests, FlippingAPromptEverywhereChangesNoP) {
  std::mt19937_64 random(5);
  for (const std::size_t n : {6U, 20U}) {
    std::vector<std::vector<double>> cells;
    for (int c = 0; c < 8; ++c) cells.push_back(normal(random, n, c == 0 ? 1 : 0));
    const SignFlipResult one = sign_flip_max_t(cells, {});
    for (auto& cell : cells) {
      for (double& value : cell) value *= -0x1p-30;
    }
    const SignFlipResult other = sign_flip_max_t(cells, {});
    for (std::size_t c = 0; c < cells.size(); ++c) {
      EXPECT_EQ(one.cells[c].p_max_t, other.cells[c].p_max_t);
      EXPECT_EQ(one.cells[c].p, other.cells[c].p);
      EXPECT_EQ(one.cells[c].t, -*other.cells[c].t);
    }
  }
}

TEST(PromptTests, MaxTIsNeverBelowTheCellsOwnPAndOrdersLikeT) {
  std::mt19937_64 random(6);
  std::vector<std::vector<double>> cells;
  for (int c = 0; c < 30; ++c) cells.push_back(normal(random, 10, 0.1 * c));
  const SignFlipResult result = sign_flip_max_t(cells, {});
  EXPECT_EQ(result.n_patterns, 512);
  EXPECT_EQ(result.smallest_p, 1.0 / 512);
  for (const SignFlipCell& a : result.cells) {
    EXPECT_GE(*a.p_max_t, *a.p);
    EXPECT_GE(*a.p, result.smallest_p);
    for (const SignFlipCell& b : result.cells) {
      if (std::abs(*a.t) > std::abs(*b.t)) {
        EXPECT_LE(*a.p_max_t, *b.p_max_t);
      }
    }
  }
}

TEST(PromptTests, MaxTHoldsItsLevel) {
  // 200 families of 25 dependent cells without an effect: 5 % false families expected, and 17 or
  // more of 200 with probability 0.03 for an honest test; the seed is fixed.
  std::mt19937_64 random(7);
  int false_families = 0;
  for (int round = 0; round < 200; ++round) {
    const std::vector<double> shared = normal(random, 9);
    std::vector<std::vector<double>> cells;
    for (int c = 0; c < 25; ++c) {
      std::vector<double> cell = normal(random, 9);
      for (std::size_t k = 0; k < cell.size(); ++k) cell[k] += 0.7 * shared[k];
      cells.push_back(cell);
    }
    const SignFlipResult result = sign_flip_max_t(cells, {});
    false_families += std::ranges::any_of(result.cells, [](const SignFlipCell& cell) {
      return cell.p_max_t && *cell.p_max_t < 0.05;
    });
  }
  EXPECT_LT(false_families, 17);
  EXPECT_GT(false_families, 1);
}

TEST(PromptTests, MaxTRefusesWhatItCannotCompare) {
  const std::vector<std::vector<double>> uneven = {{1, 2}, {1, 2, 3}};
  EXPECT_THROW(sign_flip_max_t(uneven, {}), UsageError);
  const std::vector<std::vector<double>> single = {{1}};
  EXPECT_THROW(sign_flip_max_t(single, {}), UsageError);
  const std::vector<std::vector<double>> many(2, std::vector<double>(16, 1.0));
  EXPECT_THROW(sign_flip_max_t(many, {.seed = 1, .draws = 98}), UsageError);
  EXPECT_TRUE(sign_flip_max_t({}, {}).cells.empty());
}

}  // namespace prompt_tests_test
}  // namespace tacet
