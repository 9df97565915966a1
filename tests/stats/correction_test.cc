// The corrections' edges and orders; their values are in golden_test.cc.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tacet/error.h"
#include "tacet/stats.h"

namespace tacet {
namespace correction_test {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;
using PValues = std::vector<std::optional<double>>;

constexpr Correction kAll[] = {Correction::bonferroni, Correction::holm, Correction::bh,
                               Correction::none};

/// p-values over many orders of magnitude, some of them equal, some 0 or 1.
PValues random_p(std::size_t n, unsigned seed) {
  std::mt19937_64 generator(seed);
  std::uniform_real_distribution<double> exponent(-20, 0);
  PValues p(n);
  for (auto& value : p) value = std::pow(10.0, exponent(generator));
  if (n >= 8) {
    p[1] = p[2];
    p[4] = 0.0;
    p[6] = 1.0;
  }
  return p;
}

TEST(AdjustPValues, ByHand) {
  const PValues p{0.01, 0.04, 0.03};
  EXPECT_THAT(adjust_p_values(p, Correction::bonferroni, 4),
              ::testing::ElementsAre(0.04, 0.16, 0.12));
  // Holm: 0.01*4, then 0.03*3, then 0.04*2 raised to the 0.09 before it.
  EXPECT_THAT(adjust_p_values(p, Correction::holm, 4), ::testing::ElementsAre(0.04, 0.09, 0.09));
  // BH: 0.01*4/1, 0.03*4/2 lowered to the 0.04*4/3 after it.
  EXPECT_THAT(adjust_p_values(p, Correction::bh, 4),
              ::testing::ElementsAre(0.04, 0.04 * (4.0 / 3), 0.04 * (4.0 / 3)));
}

TEST(AdjustPValues, UnchangedCountAsOneAndStayNull) {
  const PValues gaps{std::nullopt, 0.01, std::nullopt, 0.02};
  const PValues ones{1.0, 0.01, 1.0, 0.02};
  for (const Correction correction : kAll) {
    const PValues with_gaps = adjust_p_values(gaps, correction, 5);
    const PValues with_ones = adjust_p_values(ones, correction, 5);
    EXPECT_EQ(with_gaps[0], std::nullopt);
    EXPECT_EQ(with_gaps[2], std::nullopt);
    EXPECT_EQ(with_gaps[1], with_ones[1]);
    EXPECT_EQ(with_gaps[3], with_ones[3]);
  }
}

TEST(AdjustPValues, TestsNotGivenCountAsOne) {
  const PValues p = random_p(12, 1);
  PValues padded = p;
  padded.resize(30, 1.0);
  for (const Correction correction : kAll) {
    PValues expected = adjust_p_values(padded, correction, 30);
    expected.resize(12);
    EXPECT_EQ(adjust_p_values(p, correction, 30), expected) << to_string(correction);
  }
}

TEST(AdjustPValues, OrderedFromNoneToBonferroni) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    const std::size_t n = 1 + seed % 30;
    const PValues p = random_p(n, seed);
    const std::size_t family_size = n + seed % 7;
    const PValues bonferroni = adjust_p_values(p, Correction::bonferroni, family_size);
    const PValues holm = adjust_p_values(p, Correction::holm, family_size);
    const PValues bh = adjust_p_values(p, Correction::bh, family_size);
    for (std::size_t i = 0; i < n; ++i) {
      EXPECT_LE(*p[i], *bh[i]);
      EXPECT_LE(*bh[i], *holm[i]);
      EXPECT_LE(*holm[i], *bonferroni[i]);
      EXPECT_LE(*bonferroni[i], 1.0);
    }
  }
}

TEST(AdjustPValues, KeepsTheOrderOfP) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    const PValues p = random_p(24, seed);
    for (const Correction correction : kAll) {
      const PValues adjusted = adjust_p_values(p, correction, 24);
      for (std::size_t i = 0; i < p.size(); ++i) {
        for (std::size_t j = 0; j < p.size(); ++j) {
          if (*p[i] > *p[j]) continue;
          EXPECT_LE(*adjusted[i], *adjusted[j]) << to_string(correction);
        }
      }
    }
  }
}

TEST(AdjustPValues, BlindToThePlaceOfATest) {
  const PValues p = random_p(24, 9);
  std::vector<std::size_t> order(24);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::shuffle(order.begin(), order.end(), std::mt19937_64(10));
  PValues shuffled;
  for (const std::size_t i : order) shuffled.push_back(p[i]);
  for (const Correction correction : kAll) {
    const PValues adjusted = adjust_p_values(p, correction, 40);
    const PValues other = adjust_p_values(shuffled, correction, 40);
    for (std::size_t i = 0; i < 24; ++i) EXPECT_EQ(other[i], adjusted[order[i]]);
  }
}

TEST(AdjustPValues, OneTestIsItsOwnFamily) {
  for (const Correction correction : kAll) {
    EXPECT_EQ(adjust_p_values(PValues{0.03}, correction, 1), PValues{0.03});
    EXPECT_TRUE(adjust_p_values({}, correction, 0).empty());
  }
}

TEST(AdjustPValues, NaNIsNoCrash) {
  PValues p = random_p(200, 11);
  for (std::size_t i = 0; i < p.size(); i += 3) p[i] = std::numeric_limits<double>::quiet_NaN();
  for (const Correction correction : kAll) {
    EXPECT_EQ(adjust_p_values(p, correction, 200).size(), 200U);
  }
}

TEST(AdjustPValues, AFamilySmallerThanItsTestsIsAnError) {
  EXPECT_THAT(
      [] {
        adjust_p_values(PValues{0.1, 0.2, 0.3}, Correction::bh, 2);
      },
      ThrowsMessage<UsageError>(HasSubstr("family of 2 tests cannot hold 3")));
}

}  // namespace correction_test
}  // namespace tacet
