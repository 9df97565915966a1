// Edges and symmetries of tacet/pair_tests.h; the values are in pair_tests_golden_test.cc.
#include "tacet/pair_tests.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <numeric>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tacet/error.h"

namespace tacet {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kAlpha = 0.05;
/// Relative, of the same numbers added up in another order.
constexpr double kReordered = 1e-12;

/// Changes with the pairs that they belong to.
struct Block {
  PairChanges changes() const { return {delta, pairs, n_tokens}; }

  std::vector<double> delta;
  std::vector<TokenPair> pairs;
  std::size_t n_tokens = 0;
};

Block all_pairs(std::size_t n_tokens, std::uint32_t first_movable = 0) {
  Block block;
  block.n_tokens = n_tokens;
  for (std::uint32_t i = 0; i < n_tokens; ++i) {
    for (std::uint32_t j = i + 1; j < n_tokens; ++j) {
      if (j >= first_movable) block.pairs.push_back({i, j});
    }
  }
  block.delta.assign(block.pairs.size(), 0.0);
  return block;
}

Block with_changes(std::size_t n_tokens, std::vector<double> delta) {
  Block block = all_pairs(n_tokens);
  block.delta = std::move(delta);
  return block;
}

Block constant(std::size_t n_tokens, double change) {
  Block block = all_pairs(n_tokens);
  std::fill(block.delta.begin(), block.delta.end(), change);
  return block;
}

/// Changes with a part of each of their tokens.
Block random_block(std::size_t n_tokens, double shift, unsigned seed,
                   std::uint32_t first_movable = 0) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> noise(0.0, 0.01);
  Block block = all_pairs(n_tokens, first_movable);
  std::vector<double> part(n_tokens);
  for (double& p : part) p = noise(generator);
  for (std::size_t k = 0; k < block.pairs.size(); ++k) {
    const auto [i, j] = block.pairs[k];
    block.delta[k] = shift + part[i] + part[j] + noise(generator);
  }
  return block;
}

std::vector<double> random_values(std::size_t n, double shift, unsigned seed) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> value(shift, 1.0);
  std::vector<double> values(n);
  for (double& v : values) v = value(generator);
  return values;
}

void expect_no_numbers(const TestResult& result) {
  EXPECT_FALSE(result.statistic.has_value());
  EXPECT_FALSE(result.df.has_value());
  EXPECT_FALSE(result.se.has_value());
  EXPECT_FALSE(result.p.has_value());
  EXPECT_FALSE(result.log10_p.has_value());
  EXPECT_FALSE(result.p_adjusted.has_value());
  EXPECT_FALSE(result.significant);
  EXPECT_FALSE(result.ci_low.has_value());
  EXPECT_FALSE(result.ci_high.has_value());
  EXPECT_TRUE(result.token_share.empty());
}

void expect_no_nan(const TestResult& result) {
  for (const auto& value : {result.statistic, result.df, result.se, result.p, result.log10_p,
                            result.ci_low, result.ci_high}) {
    if (value) {
      EXPECT_FALSE(std::isnan(*value));
    }
  }
  for (const double share : result.token_share) EXPECT_FALSE(std::isnan(share));
  if (result.resampling) {
    EXPECT_FALSE(std::isnan(result.resampling->percentile_low.value_or(0)));
    EXPECT_FALSE(std::isnan(result.resampling->percentile_high.value_or(0)));
  }
  if (result.p) {
    EXPECT_GE(*result.p, 0.0);
    EXPECT_LE(*result.p, 1.0);
    ASSERT_TRUE(result.log10_p.has_value());
    EXPECT_LE(*result.log10_p, 0.0);
  }
}

/// Numbers, or a reason why there are none.
void expect_answer(const TestResult& result) {
  expect_no_nan(result);
  EXPECT_EQ(result.statistic.has_value(), result.p.has_value());
  if (!result.p) {
    EXPECT_FALSE(result.note.empty());
  }
}

void expect_near(const std::optional<double>& value, const std::optional<double>& other,
                 double tolerance = kReordered) {
  ASSERT_TRUE(value.has_value());
  ASSERT_TRUE(other.has_value());
  EXPECT_NEAR(*value, *other, tolerance * std::abs(*other));
}

void expect_same_numbers(const TestResult& one, const TestResult& other) {
  expect_near(one.statistic, other.statistic);
  expect_near(one.se, other.se);
  expect_near(one.p, other.p, 10 * kReordered);
  expect_near(one.log10_p, other.log10_p, 10 * kReordered);
  expect_near(one.ci_low, other.ci_low, 10 * kReordered);
  expect_near(one.ci_high, other.ci_high, 10 * kReordered);
}

/// The tests that know which token a pair has.
class TokenTests : public testing::TestWithParam<tacet::Test> {
 protected:
  static TestResult test(const PairChanges& changes, double alpha = kAlpha,
                         ResamplingOptions options = {.seed = 1, .draws = 199}) {
    if (GetParam() == tacet::Test::dyadic) return dyadic_test(changes, alpha);
    if (GetParam() == tacet::Test::token_jackknife) return token_jackknife_test(changes, alpha);
    return token_bootstrap_test(changes, alpha, options);
  }
  static TestResult test(const Block& block) { return test(block.changes()); }
};

INSTANTIATE_TEST_SUITE_P(PairTests, TokenTests,
                         testing::Values(tacet::Test::dyadic, tacet::Test::token_jackknife,
                                         tacet::Test::token_bootstrap),
                         [](const auto& given) {
                           std::string name{to_string(given.param)};
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(TokenBootstrap, HasTheSameBitsHoweverItsResamplesAreShared) {
  const Block block = random_block(9, 0.01, 3);
  for (const std::int64_t draws : {99, 1024, 1700}) {
    const ResamplingOptions options{.seed = 5, .draws = draws};
    const TestResult alone = token_bootstrap_test(block.changes(), kAlpha, options);
    std::size_t n_pieces = 0;
    const ForEach backwards = [&](std::size_t n, const std::function<void(std::size_t)>& body) {
      n_pieces += n;
      for (std::size_t i = n; i > 0; --i) body(i - 1);
    };
    const TestResult shared = token_bootstrap_test(block.changes(), kAlpha, options, backwards);
    EXPECT_GE(n_pieces, static_cast<std::size_t>(draws) / 16);
    EXPECT_EQ(shared.p, alone.p);
    EXPECT_EQ(shared.ci_low, alone.ci_low);
    EXPECT_EQ(shared.ci_high, alone.ci_high);
    EXPECT_EQ(shared.resampling->percentile_low, alone.resampling->percentile_low);
    EXPECT_EQ(shared.resampling->redrawn, alone.resampling->redrawn);
  }
}

TEST_P(TokenTests, SaysItsName) {
  EXPECT_EQ(test(random_block(6, 0.01, 1)).name, GetParam());
  EXPECT_EQ(test(constant(6, 0.0)).name, GetParam());
}

TEST_P(TokenTests, LengthsThatDifferAreAnError) {
  Block block = random_block(5, 0.01, 1);
  block.delta.pop_back();
  EXPECT_THROW(test(block), UsageError);
  block.delta.clear();
  EXPECT_THROW(test(block), UsageError);
}

TEST_P(TokenTests, FewerThanTwoPairsAreAnError) {
  Block block = with_changes(2, {0.25});
  EXPECT_THROW(test(block), UsageError);
  block.n_tokens = 5;
  EXPECT_THROW(test(block), UsageError);
  EXPECT_THROW(test(PairChanges{}), UsageError);
}

TEST_P(TokenTests, AlphaOutsideItsRangeIsAnError) {
  const Block block = random_block(5, 0.01, 1);
  for (const double alpha : {0.0, 1.0, -0.05, 1.5, kNaN}) {
    EXPECT_THAT([&] { test(block.changes(), alpha); },
                ThrowsMessage<UsageError>(HasSubstr("between 0 and 1")));
  }
}

TEST_P(TokenTests, UnchangedHasNoNumbersAndNoNote) {
  for (const double zero : {0.0, -0.0}) {
    const TestResult result = test(constant(6, zero));
    expect_no_numbers(result);
    EXPECT_TRUE(result.note.empty()) << result.note;
  }
}

TEST_P(TokenTests, EqualChangesAreInfinite) {
  for (const double change : {0.125, -0.125, 0.1, -0.3}) {
    // Of tokens with unlike numbers of pairs, whose sums round in their own ways.
    Block block = all_pairs(7, 3);
    std::fill(block.delta.begin(), block.delta.end(), change);
    const TestResult result = test(block);
    expect_no_nan(result);
    if (GetParam() == tacet::Test::token_bootstrap) {
      // All its resamples are equal: nothing to studentise with, so no more than an answer.
      expect_answer(result);
      continue;
    }
    EXPECT_EQ(result.statistic, std::copysign(kInfinity, change));
    EXPECT_EQ(result.se, 0.0);
    EXPECT_EQ(result.p, 0.0);
    EXPECT_EQ(result.log10_p, -kInfinity);
    EXPECT_EQ(result.ci_low, result.ci_high);
    expect_near(result.ci_low, change);
  }
}

TEST_P(TokenTests, LabelsOfTokensDoNotMatter) {
  if (GetParam() == tacet::Test::token_bootstrap) {
    GTEST_SKIP() << "the tokens are drawn by their number";
  }
  for (const std::size_t n_tokens : {4U, 5U, 12U, 23U}) {
    for (const std::uint32_t first_movable : {0U, 3U}) {
      if (first_movable + 1 >= n_tokens) continue;
      const Block block = random_block(n_tokens, 0.02, 5, first_movable);
      std::vector<std::uint32_t> label(n_tokens);
      std::iota(label.begin(), label.end(), 0U);
      std::mt19937_64 generator(6);
      std::shuffle(label.begin(), label.end(), generator);
      std::vector<std::size_t> order(block.pairs.size());
      std::iota(order.begin(), order.end(), std::size_t{0});
      std::shuffle(order.begin(), order.end(), generator);
      Block other;
      other.n_tokens = n_tokens;
      for (const std::size_t k : order) {
        const std::uint32_t a = label[block.pairs[k].i];
        const std::uint32_t b = label[block.pairs[k].j];
        other.pairs.push_back({std::min(a, b), std::max(a, b)});
        other.delta.push_back(block.delta[k]);
      }
      expect_same_numbers(test(other), test(block));
    }
  }
}

TEST_P(TokenTests, OrderOfPairsDoesNotMatter) {
  const Block block = random_block(12, 0.01, 7);
  Block other = block;
  std::reverse(other.delta.begin(), other.delta.end());
  std::reverse(other.pairs.begin(), other.pairs.end());
  expect_same_numbers(test(other), test(block));
}

TEST_P(TokenTests, TheOtherSignMirrors) {
  const Block block = random_block(9, 0.01, 8);
  Block other = block;
  for (double& d : other.delta) d = -d;
  const TestResult one = test(block);
  const TestResult mirrored = test(other);
  EXPECT_EQ(one.statistic.value(), -mirrored.statistic.value());
  EXPECT_EQ(one.se, mirrored.se);
  EXPECT_EQ(one.p, mirrored.p);
  const double width = one.ci_high.value() - one.ci_low.value();
  EXPECT_NEAR(one.ci_low.value(), -mirrored.ci_high.value(), kReordered * width);
  EXPECT_NEAR(one.ci_high.value(), -mirrored.ci_low.value(), kReordered * width);
}

TEST_P(TokenTests, ScaleDoesNotMatter) {
  const Block block = random_block(9, 0.01, 9);
  const TestResult one = test(block);
  for (const double factor : {0x1p-40, 0x1p40, 0x1p-300}) {
    Block other = block;
    for (double& d : other.delta) d *= factor;
    const TestResult scaled = test(other);
    expect_near(scaled.statistic, one.statistic);
    expect_near(scaled.p, one.p, 10 * kReordered);
    expect_near(scaled.se.value() / factor, one.se);
    expect_near(scaled.ci_low.value() / factor, one.ci_low);
    expect_near(scaled.ci_high.value() / factor, one.ci_high);
  }
}

TEST_P(TokenTests, CornersHaveAnAnswer) {
  expect_answer(test(random_block(3, 0.01, 1)));
  expect_answer(test(random_block(3, 0.01, 1, 2)));
  expect_answer(test(random_block(4, 0.01, 1, 3)));
  expect_answer(test(with_changes(3, {0.5, 0.5, -0.5})));
  expect_answer(test(constant(3, 0.5)));
  expect_answer(test(constant(4, 0.1)));
  // Two pairs, which share a token or do not.
  const std::vector<double> two{0.25, 0.5};
  const std::vector<TokenPair> apart{{0, 1}, {2, 3}};
  const std::vector<TokenPair> together{{0, 2}, {1, 2}};
  expect_answer(test(PairChanges{two, apart, 4}));
  expect_answer(test(PairChanges{two, together, 3}));
  // No token's absence changes the mean: the jackknife's error is 0, with a mean of 1/3 and of 0.
  expect_answer(test(with_changes(4, {1, 0, 0, 0, 0, 1})));
  expect_answer(test(with_changes(4, {1, -1, 0, 0, -1, 1})));
  expect_answer(test(with_changes(4, {0.3, 0.1, 0.7, 0.7, 0.1, 0.3})));
  // The smallest change of all, and one pair alone that changed.
  expect_answer(test(with_changes(4, {5e-324, 0, 0, 0, 0, 0})));
  expect_answer(test(with_changes(4, {1, 0, 0, 0, 0, 0})));
  expect_answer(test(with_changes(4, {1e70, -1e70, 1e70, 1e69, 1, 0})));
}

TEST_P(TokenTests, AMeanOfZeroIsNeverSignificant) {
  // Changes that cancel. In the first no token's absence changes the mean: mean and error are 0.
  for (const auto& delta : {std::vector<double>{1, -1, 0, 0, -1, 1},
                            {1, -1, 0, 0, 0, 0},
                            {0.5, 0.25, -0.75, 1, -0.5, -0.5}}) {
    const TestResult result = test(with_changes(4, delta));
    expect_answer(result);
    if (result.p) {
      EXPECT_EQ(result.statistic, 0.0);
      EXPECT_EQ(*result.p, 1.0);
    }
  }
}

TEST(DyadicTest, NeedsFourTokens) {
  const TestResult result = dyadic_test(random_block(3, 0.01, 1).changes(), kAlpha);
  expect_no_numbers(result);
  EXPECT_FALSE(result.note.empty());
  EXPECT_EQ(dyadic_test(random_block(4, 0.01, 1).changes(), kAlpha).df, 3.0);
}

TEST(DyadicTest, NeverBelowTheErrorOfIndependentPairs) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    const Block block = random_block(4 + seed % 5, 0.0, seed);
    const double root = std::sqrt(static_cast<double>(block.delta.size()));
    EXPECT_GE(dyadic_test(block.changes(), kAlpha).se.value(),
              sample_sd(block.delta) / root * (1 - kReordered));
  }
}

TEST(TokenJackknife, NeedsAPairWithoutEachToken) {
  for (const std::size_t n_tokens : {3U, 4U, 9U}) {
    // All pairs are those of the last token.
    const Block block = random_block(n_tokens, 0.01, 1, static_cast<std::uint32_t>(n_tokens) - 1);
    for (const TestResult& result :
         {token_jackknife_test(block.changes(), kAlpha),
          token_bootstrap_test(block.changes(), kAlpha, {.seed = 1, .draws = 99})}) {
      expect_no_numbers(result);
      EXPECT_FALSE(result.note.empty());
    }
  }
  const TestResult three = token_jackknife_test(random_block(3, 0.01, 1).changes(), kAlpha);
  EXPECT_TRUE(three.p.has_value());
  EXPECT_EQ(three.df, 2.0);
}

TEST(TokenJackknife, OfASumOfTokenPartsIsTheMeansOwn) {
  // With changes a_i + a_j over all pairs the mean is 2 mean(a), whose jackknife is the formula.
  const std::vector<double> part = random_values(11, 0.3, 3);
  Block block = all_pairs(11);
  for (std::size_t k = 0; k < block.pairs.size(); ++k) {
    block.delta[k] = part[block.pairs[k].i] + part[block.pairs[k].j];
  }
  expect_near(token_jackknife_test(block.changes(), kAlpha).se,
              2 * sample_sd(part) / std::sqrt(11));
}

TEST(TokenBootstrap, FewDrawsAreAnError) {
  const Block block = random_block(6, 0.01, 1);
  for (const std::int64_t draws : {98, 1, 0, -1}) {
    EXPECT_THROW(token_bootstrap_test(block.changes(), kAlpha, {.seed = 1, .draws = draws}),
                 UsageError);
  }
  EXPECT_NO_THROW(token_bootstrap_test(block.changes(), kAlpha, {.seed = 1, .draws = 99}));
}

TEST(TokenBootstrap, TheSeedDecides) {
  const Block block = random_block(12, 0.003, 2);
  const auto test = [&](std::uint64_t seed) {
    return token_bootstrap_test(block.changes(), kAlpha, {.seed = seed, .draws = 499});
  };
  const TestResult one = test(1);
  const TestResult again = test(1);
  const TestResult other = test(2);
  EXPECT_EQ(one.p, again.p);
  EXPECT_EQ(one.ci_low, again.ci_low);
  EXPECT_EQ(one.ci_high, again.ci_high);
  EXPECT_EQ(one.resampling->percentile_low, again.resampling->percentile_low);
  EXPECT_EQ(one.resampling->percentile_high, again.resampling->percentile_high);
  EXPECT_EQ(one.statistic, other.statistic);
  EXPECT_NE(one.ci_low, other.ci_low);
  EXPECT_NE(one.ci_high, other.ci_high);
  EXPECT_NE(one.resampling->percentile_low, other.resampling->percentile_low);
  EXPECT_EQ(other.resampling->seed, 2U);
  EXPECT_EQ(other.resampling->draws, 499);
}

TEST(TokenBootstrap, PIsACountOfItsDraws) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    const Block block = random_block(8, seed % 2 == 0 ? 0.0 : 0.05, seed);
    const TestResult result =
        token_bootstrap_test(block.changes(), kAlpha, {.seed = seed, .draws = 199});
    const double count = result.p.value() * 200;
    EXPECT_GE(count, 1.0);
    EXPECT_NEAR(count, std::round(count), 1e-9);
  }
}

TEST(TokenBootstrap, StatisticAndErrorAreTheJackknifes) {
  const Block block = random_block(10, 0.01, 4);
  const TestResult jackknife = token_jackknife_test(block.changes(), kAlpha);
  const TestResult result = token_bootstrap_test(block.changes(), kAlpha, {.seed = 1, .draws = 99});
  expect_near(result.statistic, jackknife.statistic);
  expect_near(result.se, jackknife.se);
}

TEST(TokenBootstrap, ResamplesWithoutAPairAreCounted) {
  // With all pairs and 12 tokens there is none among a few; with three tokens one in nine.
  EXPECT_EQ(token_bootstrap_test(random_block(12, 0.01, 1).changes(), kAlpha, {1, 999})
                .resampling->redrawn,
            0);
  const TestResult three =
      token_bootstrap_test(random_block(3, 0.01, 1).changes(), kAlpha, {1, 9999});
  EXPECT_NEAR(static_cast<double>(three.resampling->redrawn), 9999.0 / 8, 200);
}

TEST(TTestResult, IsTheTTest) {
  const std::vector<double> clean = random_values(28, 0.0, 1);
  std::vector<double> silenced = random_values(28, 0.1, 2);
  for (std::size_t k = 0; k < clean.size(); ++k) silenced[k] = clean[k] + 0.1 * silenced[k];
  for (const bool paired : {true, false}) {
    const auto name = paired ? tacet::Test::paired : tacet::Test::independent;
    const TTest plain = paired ? paired_t_test(clean, silenced, 0.1).value()
                               : independent_t_test(clean, silenced, 0.1).value();
    const TestResult result = t_test_result(name, clean, silenced, 0.1);
    EXPECT_EQ(result.name, name);
    EXPECT_EQ(result.statistic, plain.t);
    EXPECT_EQ(result.df, plain.df);
    EXPECT_EQ(result.se, plain.se);
    EXPECT_EQ(result.p, plain.p);
    EXPECT_EQ(result.ci_low, plain.ci_low);
    EXPECT_EQ(result.ci_high, plain.ci_high);
    EXPECT_EQ(result.log10_p, log10_two_sided_p(plain.t, plain.df));
    EXPECT_FALSE(result.resampling.has_value());
    EXPECT_FALSE(result.p_adjusted.has_value());
    EXPECT_FALSE(result.significant);
  }
}

TEST(TTestResult, ErrorsAreThoseOfTheTTest) {
  const std::vector<double> two{0.1, 0.2};
  const std::vector<double> three{0.1, 0.2, 0.4};
  const std::vector<double> other{0.2, 0.2, 0.3};
  const std::vector<double> one{0.1};
  for (const auto name : {tacet::Test::paired, tacet::Test::independent}) {
    EXPECT_THROW(t_test_result(name, two, three, kAlpha), UsageError);
    EXPECT_THROW(t_test_result(name, one, one, kAlpha), UsageError);
    EXPECT_THROW(t_test_result(name, {}, {}, kAlpha), UsageError);
    for (const double alpha : {0.0, 1.0, -0.05, kNaN}) {
      EXPECT_THROW(t_test_result(name, three, other, alpha), UsageError);
    }
  }
}

TEST(TTestResult, UnchangedHasNoNumbersAndNoNote) {
  const std::vector<double> values{0.1, 0.0, 0.4};
  for (const auto name : {tacet::Test::paired, tacet::Test::independent}) {
    const TestResult result = t_test_result(name, values, values, kAlpha);
    EXPECT_EQ(result.name, name);
    expect_no_numbers(result);
    EXPECT_TRUE(result.note.empty()) << result.note;
  }
}

TEST(TTestResult, EqualChangesAreInfinite) {
  const std::vector<double> clean{0.125, 0.25, 0.375, 0.75};
  for (const double change : {0.5, -0.5}) {
    std::vector<double> silenced = clean;
    for (double& s : silenced) s += change;
    const TestResult result = t_test_result(tacet::Test::paired, clean, silenced, kAlpha);
    EXPECT_EQ(result.statistic, std::copysign(kInfinity, change));
    EXPECT_EQ(result.se, 0.0);
    EXPECT_EQ(result.p, 0.0);
    EXPECT_EQ(result.log10_p, -kInfinity);
    EXPECT_EQ(result.ci_low, change);
    EXPECT_EQ(result.ci_high, change);
  }
}

TEST(TTestResult, AConstantOnBothSidesChangesNothing) {
  // Multiples of 2^-20, so that the changes stay the same to the bit.
  std::mt19937_64 generator(9);
  std::uniform_int_distribution<int> step(0, 1 << 19);
  std::vector<double> clean(66);
  std::vector<double> silenced(66);
  for (std::size_t k = 0; k < clean.size(); ++k) {
    clean[k] = step(generator) * 0x1p-20;
    silenced[k] = clean[k] + (step(generator) - (1 << 18) + 9000) * 0x1p-24;
  }
  std::vector<double> clean_shifted = clean;
  std::vector<double> silenced_shifted = silenced;
  for (double& c : clean_shifted) c += 0.25;
  for (double& s : silenced_shifted) s += 0.25;
  for (const auto name : {tacet::Test::paired, tacet::Test::independent}) {
    expect_same_numbers(t_test_result(name, clean_shifted, silenced_shifted, kAlpha),
                        t_test_result(name, clean, silenced, kAlpha));
  }
}

TEST(WilcoxonTest, WithoutAChangeThereAreNoNumbers) {
  for (const auto& delta : {std::vector<double>{}, {0.0}, {0.0, -0.0, 0.0}}) {
    const TestResult result = wilcoxon_test(delta);
    EXPECT_EQ(result.name, tacet::Test::wilcoxon);
    expect_no_numbers(result);
    EXPECT_TRUE(result.note.empty()) << result.note;
  }
}

TEST(WilcoxonTest, OnlySignsAndOrderOfSizesMatter) {
  for (const std::size_t n : {9U, 50U, 66U}) {
    const std::vector<double> delta = random_values(n, 0.2, static_cast<unsigned>(n));
    std::vector<double> cubed = delta;
    for (double& d : cubed) d = d * d * d * 1e-9;
    std::shuffle(cubed.begin(), cubed.end(), std::mt19937_64(3));
    const TestResult one = wilcoxon_test(delta);
    const TestResult other = wilcoxon_test(cubed);
    EXPECT_EQ(one.statistic, other.statistic);
    EXPECT_EQ(one.p, other.p);
    EXPECT_EQ(one.log10_p, other.log10_p);
  }
}

TEST(WilcoxonTest, TheOtherSignsHaveTheSameP) {
  for (const std::size_t n : {2U, 9U, 50U, 51U, 276U}) {
    std::vector<double> delta = random_values(n, 0.2, static_cast<unsigned>(n));
    const TestResult one = wilcoxon_test(delta);
    for (double& d : delta) d = -d;
    const TestResult other = wilcoxon_test(delta);
    const auto all = static_cast<double>(n * (n + 1) / 2);
    EXPECT_EQ(one.statistic.value() + other.statistic.value(), all);
    EXPECT_EQ(one.p, other.p);
  }
}

TEST(WilcoxonTest, ZerosAreLeftOut) {
  std::vector<double> delta = random_values(70, 0.2, 3);
  const TestResult without = wilcoxon_test(delta);
  delta.insert(delta.begin() + 30, 40, 0.0);
  delta.push_back(-0.0);
  const TestResult with = wilcoxon_test(delta);
  EXPECT_EQ(without.statistic, with.statistic);
  EXPECT_EQ(without.p, with.p);
}

TEST(TokenSwapParts, SizesThatDoNotFitAreAnError) {
  const std::vector<double> six = random_values(6, 1.0, 1);
  const std::vector<double> four = random_values(4, 1.0, 1);
  EXPECT_THROW(token_swap_parts(six, four, 2), UsageError);
  EXPECT_THROW(token_swap_parts(six, six, 4), UsageError);
  EXPECT_NO_THROW(token_swap_parts(six, six, 3));
}

TEST(TokenSwapParts, AVectorOfNormZeroGivesNaN) {
  std::vector<double> clean = random_values(12, 1.0, 1);
  const std::vector<double> silenced = random_values(12, 1.0, 2);
  std::fill(clean.begin() + 3, clean.begin() + 6, 0.0);
  const std::vector<double> tau = token_swap_parts(clean, silenced, 4);
  ASSERT_EQ(tau.size(), 4U);
  EXPECT_TRUE(std::isnan(tau[1]));
}

TEST(TokenSwapParts, StatesExchangedGiveTheOtherSign) {
  const std::vector<double> clean = random_values(60, 0.5, 1);
  const std::vector<double> silenced = random_values(60, 0.5, 2);
  const std::vector<double> tau = token_swap_parts(clean, silenced, 12);
  const std::vector<double> other = token_swap_parts(silenced, clean, 12);
  ASSERT_EQ(tau.size(), 12U);
  for (std::size_t i = 0; i < 12; ++i) EXPECT_NEAR(tau[i], -other[i], 1e-13);
}

TEST(TokenSwapParts, LengthsOfVectorsDoNotMatter) {
  const std::vector<double> clean = random_values(60, 0.5, 1);
  const std::vector<double> silenced = random_values(60, 0.5, 2);
  std::vector<double> longer = clean;
  for (std::size_t k = 0; k < 60; ++k) longer[k] *= std::pow(10.0, static_cast<int>(k / 5) - 6);
  const std::vector<double> tau = token_swap_parts(clean, silenced, 12);
  const std::vector<double> other = token_swap_parts(longer, silenced, 12);
  for (std::size_t i = 0; i < 12; ++i) EXPECT_NEAR(tau[i], other[i], 1e-13);
}

TEST(TokenSwapParts, LabelsOfTokensDoNotMatter) {
  constexpr std::size_t kTokens = 12;
  constexpr std::size_t kWidth = 5;
  const std::vector<double> clean = random_values(kTokens * kWidth, 0.5, 1);
  const std::vector<double> silenced = random_values(kTokens * kWidth, 0.5, 2);
  std::vector<std::size_t> label(kTokens);
  std::iota(label.begin(), label.end(), std::size_t{0});
  std::shuffle(label.begin(), label.end(), std::mt19937_64(4));
  std::vector<double> other_clean;
  std::vector<double> other_silenced;
  for (const std::size_t i : label) {
    for (std::size_t k = 0; k < kWidth; ++k) {
      other_clean.push_back(clean[i * kWidth + k]);
      other_silenced.push_back(silenced[i * kWidth + k]);
    }
  }
  const std::vector<double> tau = token_swap_parts(clean, silenced, kTokens);
  const std::vector<double> other = token_swap_parts(other_clean, other_silenced, kTokens);
  for (std::size_t i = 0; i < kTokens; ++i) EXPECT_NEAR(tau[label[i]], other[i], 1e-13);
  const std::vector<std::vector<double>> parts{tau};
  const std::vector<std::vector<double>> other_parts{other};
  const TestResult one = token_swap_test(parts, {})[0].result;
  const TestResult relabelled = token_swap_test(other_parts, {})[0].result;
  expect_near(relabelled.statistic, one.statistic);
  EXPECT_EQ(relabelled.p, one.p);
}

TEST(TokenSwapParts, UnmovedTokensHaveExactlyZero) {
  const std::vector<double> clean = random_values(40, 0.5, 1);
  std::vector<double> silenced = clean;
  silenced.back() += 0.5;
  const std::vector<double> tau = token_swap_parts(clean, silenced, 8);
  for (std::size_t i = 0; i < 7; ++i) EXPECT_EQ(tau[i], 0.0);
  EXPECT_NE(tau[7], 0.0);
}

TestResult swap(std::vector<double> tau, ResamplingOptions options = {}) {
  const std::vector<std::vector<double>> parts{std::move(tau)};
  return token_swap_test(parts, options).at(0).result;
}

TEST(TokenSwap, BlocksOfDifferentLengthsAreAnError) {
  const std::vector<std::vector<double>> parts{{0.1, 0.2, 0.3}, {0.1, 0.2}};
  EXPECT_THROW(token_swap_test(parts, {}), UsageError);
}

TEST(TokenSwap, FewDrawsAreAnErrorWhereTheyAreNeeded) {
  EXPECT_NO_THROW(swap(std::vector<double>(20, 0.1), {.seed = 1, .draws = 1}));
  EXPECT_THROW(swap(std::vector<double>(21, 0.1), {.seed = 1, .draws = 98}), UsageError);
  EXPECT_THROW(swap(std::vector<double>(21, 0.1), {.seed = 1, .draws = 0}), UsageError);
  EXPECT_NO_THROW(swap(std::vector<double>(21, 0.1), {.seed = 1, .draws = 99}));
}

TEST(TokenSwap, NoBlocksGiveNoResults) {
  EXPECT_TRUE(token_swap_test(std::vector<std::vector<double>>{}, {}).empty());
}

TEST(TokenSwap, UnchangedHasNoNumbersAndNoNote) {
  const std::vector<std::vector<double>> parts{std::vector<double>(8, 0.0),
                                               random_values(8, 0.5, 1)};
  const auto results = token_swap_test(parts, {});
  expect_no_numbers(results[0].result);
  EXPECT_TRUE(results[0].result.note.empty()) << results[0].result.note;
  EXPECT_FALSE(results[0].p_max_t.has_value());
  EXPECT_EQ(results[1].result.p, swap(parts[1]).p);
  EXPECT_EQ(results[1].p_max_t, results[1].result.p);
}

TEST(TokenSwap, OneMovedTokenSaysNothing) {
  for (const auto& tau : {std::vector{0.3}, {0.0, -0.4, 0.0}}) {
    const TestResult result = swap(tau);
    EXPECT_EQ(result.p, 1.0);
    EXPECT_EQ(result.log10_p, 0.0);
    EXPECT_FALSE(result.note.empty());
  }
}

TEST(TokenSwap, FewMovedTokensSaySo) {
  for (std::size_t moved = 2; moved <= kMostTokensEnumerated; ++moved) {
    // All in one direction: the smallest p there is. Tokens that stay do not count.
    std::vector<double> tau(moved, 0.125);
    tau.insert(tau.begin() + 1, 3, 0.0);
    const TestResult result = swap(tau);
    EXPECT_EQ(result.p, std::ldexp(1.0, 1 - static_cast<int>(moved)));
    EXPECT_EQ(result.note.empty(), moved >= 6) << moved << ": " << result.note;
    EXPECT_FALSE(result.resampling.has_value());
  }
}

TEST(TokenSwap, FewMovedTokensOfOneBlockSaySo) {
  const std::vector<std::vector<double>> parts{{0.1, 0.2, 0, 0, 0, 0, 0, 0},
                                               std::vector<double>(8, 0.25)};
  const auto results = token_swap_test(parts, {});
  EXPECT_EQ(results[0].result.p, 0.5);
  EXPECT_FALSE(results[0].result.note.empty());
  EXPECT_EQ(results[1].result.p, 0x1p-7);
  EXPECT_TRUE(results[1].result.note.empty()) << results[1].result.note;
}

TEST(TokenSwap, ManyMovedTokensAreSampled) {
  const TestResult result = swap(std::vector<double>(21, 0.125), {.seed = 8, .draws = 299});
  ASSERT_TRUE(result.resampling.has_value());
  EXPECT_EQ(result.resampling->seed, 8U);
  EXPECT_EQ(result.resampling->draws, 299);
  EXPECT_EQ(result.p, 1.0 / 300);
}

TEST(TokenSwap, TheSeedDecides) {
  const std::vector<double> tau = random_values(40, 0.1, 1);
  const TestResult one = swap(tau, {.seed = 1, .draws = 4999});
  EXPECT_EQ(one.p, swap(tau, {.seed = 1, .draws = 4999}).p);
  EXPECT_NE(one.p, swap(tau, {.seed = 2, .draws = 4999}).p);
  EXPECT_EQ(one.statistic, swap(tau, {.seed = 2, .draws = 4999}).statistic);
}

TEST(TokenSwap, SharesAddUpToOne) {
  for (const std::size_t n : {2U, 12U, 40U}) {
    const std::vector<double> tau = random_values(n, 0.5, static_cast<unsigned>(n));
    const TestResult result = swap(tau, {.seed = 1, .draws = 99});
    ASSERT_EQ(result.token_share.size(), n);
    EXPECT_NEAR(std::accumulate(result.token_share.begin(), result.token_share.end(), 0.0), 1.0,
                1e-12);
    const double total = std::accumulate(tau.begin(), tau.end(), 0.0);
    for (std::size_t i = 0; i < n; ++i) expect_near(result.token_share[i] * total, tau[i]);
  }
  // Of nothing there are no shares.
  const TestResult none = swap({1.0, 2.0, -3.0});
  EXPECT_TRUE(none.token_share.empty());
  EXPECT_EQ(none.statistic, 0.0);
  EXPECT_EQ(none.p, 1.0);
}

TEST(TokenSwap, SumsThatRoundingPullsApartAreEqual) {
  // 0.1 + 0.2 - 0.3 is not 0 in doubles; all eight patterns reach it.
  EXPECT_EQ(swap({0.1, 0.2, -0.3}).p, 1.0);
  EXPECT_EQ(swap({0.1, 0.2, 0.3, -0.6}).p, 1.0);
}

TEST(TokenSwap, ScaleAndSignsDoNotMatter) {
  const std::vector<double> tau = random_values(10, 0.5, 4);
  const TestResult one = swap(tau);
  for (const double factor : {-1.0, 0x1p-60, 1e-20, 1e20}) {
    std::vector<double> other = tau;
    for (double& t : other) t *= factor;
    const TestResult scaled = swap(other);
    EXPECT_EQ(scaled.p, one.p) << factor;
    expect_near(std::abs(scaled.statistic.value()), std::abs(one.statistic.value()));
  }
}

TEST(TokenSwap, OneBlockIsItsOwnMaximum) {
  for (const std::size_t n : {3U, 9U, 30U}) {
    const std::vector<std::vector<double>> parts{
        random_values(n, 0.4, static_cast<unsigned>(n) + 1)};
    const TokenSwapResult result = token_swap_test(parts, {.seed = 1, .draws = 199})[0];
    EXPECT_EQ(result.p_max_t, result.result.p);
  }
}

TEST(TokenSwap, MoreBlocksRaiseTheMaximum) {
  std::vector<std::vector<double>> parts{random_values(10, 0.7, 1)};
  const auto alone = token_swap_test(parts, {})[0];
  double last = alone.p_max_t.value();
  for (unsigned k = 0; k < 5; ++k) {
    parts.push_back(random_values(10, 0.0, 10 + k));
    const auto result = token_swap_test(parts, {})[0];
    EXPECT_EQ(result.result.p, alone.result.p);
    EXPECT_GE(result.p_max_t.value(), last);
    last = result.p_max_t.value();
  }
  EXPECT_GT(last, alone.p_max_t.value());
}

TEST(TokenSwap, IsExactUnderItsNull) {
  // Whatever tau is: of all patterns of signs, which are equally likely, the share with p <= level
  // is at most that level, for one block and for the smallest p of three. It is close below: p is
  // no coarser than its 2^-7.
  constexpr std::size_t kMoved = 8;
  const std::vector<std::vector<double>> parts{
      random_values(kMoved, 0.0, 1), random_values(kMoved, 1.0, 2), random_values(kMoved, 3.0, 3)};
  for (const double level : {0.02, 0.05, 0.1, 0.25, 0.5}) {
    std::vector<int> called(parts.size(), 0);
    int called_any = 0;
    for (unsigned pattern = 0; pattern < 1U << kMoved; ++pattern) {
      std::vector<std::vector<double>> drawn = parts;
      for (auto& tau : drawn) {
        for (std::size_t i = 0; i < kMoved; ++i) {
          if ((pattern >> i & 1U) != 0) tau[i] = -tau[i];
        }
      }
      const auto results = token_swap_test(drawn, {});
      bool any = false;
      for (std::size_t b = 0; b < results.size(); ++b) {
        if (results[b].result.p.value() <= level) ++called[b];
        any = any || results[b].p_max_t.value() <= level;
      }
      if (any) ++called_any;
    }
    const double patterns = 1U << kMoved;
    for (const int count : called) {
      EXPECT_LE(count / patterns, level);
      EXPECT_GT(count / patterns, level - 1.0 / 128);
    }
    EXPECT_LE(called_any / patterns, level);
    EXPECT_GT(called_any / patterns, level - 1.0 / 128);
  }
}

TEST(TokenSwap, SamplingComesNearEnumeration) {
  // A token that barely moves takes 20 moved tokens over the limit and changes no sum's place.
  const std::vector<double> tau = random_values(20, 0.4, 6);
  std::vector<double> more = tau;
  more.push_back(1e-9);
  const double exact = swap(tau).p.value();
  const double sampled = swap(more, {.seed = 1, .draws = 20000}).p.value();
  EXPECT_NEAR(sampled, exact, 5 * std::sqrt(exact * (1 - exact) / 20000));
}

TEST(Log10OfP, EndsAndSymmetry) {
  for (const double df : {0.5, 1.0, 2.0, 65.0, 1e5}) {
    EXPECT_EQ(log10_two_sided_p(0.0, df), 0.0);
    EXPECT_EQ(log10_two_sided_p(kInfinity, df), -kInfinity);
    EXPECT_EQ(log10_two_sided_p(-kInfinity, df), -kInfinity);
    EXPECT_EQ(log10_two_sided_p(-1.7, df), log10_two_sided_p(1.7, df));
    EXPECT_TRUE(std::isfinite(log10_two_sided_p(std::numeric_limits<double>::max(), df)));
  }
}

TEST(Log10OfP, DegreesOfFreedomMustBePositive) {
  for (const double df : {0.0, -1.0, kNaN}) {
    EXPECT_THROW(log10_two_sided_p(1.0, df), UsageError);
  }
}

TEST(Log10OfP, IsTheLogarithmOfPAndGoesOnWherePEnds) {
  for (const double df : {1.0, 3.0, 11.0, 65.0, 275.0, 1e5}) {
    double last = 0;
    for (double t = 1e-3; t < 1e9; t *= 1.03) {
      const double log10_p = log10_two_sided_p(t, df);
      EXPECT_LT(log10_p, last) << "t " << t << ", df " << df;
      const double p = two_sided_p(t, df);
      if (p > 1e-300) {
        EXPECT_NEAR(log10_p, std::log10(p), 1e-12 * std::abs(log10_p) + 1e-15);
      }
      last = log10_p;
    }
  }
}

}  // namespace
}  // namespace tacet
