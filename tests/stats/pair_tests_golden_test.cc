// The tests of tacet/pair_tests.h against their plain definitions, computed exactly or with 60
// digits (tests/stats/make_pair_tests_golden.py).
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tacet/pair_tests.h"

namespace tacet {
namespace pair_tests_golden_test {

using nlohmann::json;

/// Relative, of a statistic, an error, a p-value or its logarithm.
constexpr double kTolerance = 1e-10;
/// Relative, of a p-value that is a count over a count.
constexpr double kCountTolerance = 1e-14;
/// Relative to the longest of the numbers that are added up.
constexpr double kSumTolerance = 1e-12;
/// Absolute, of a logarithm near 0: what one rounding of a p near 1 makes.
constexpr double kRoundingOfLog = 2e-16;
constexpr double kSmallestNormal = std::numeric_limits<double>::min();

const json& golden() {
  static const json data = [] {
    std::ifstream file(TACET_TEST_DATA "/pair_tests.json");
    if (!file) throw std::runtime_error("tests/golden/pair_tests.json cannot be opened");
    return json::parse(file);
  }();
  return data;
}

double alpha() {
  return golden()["alpha"].get<double>();
}

/// Expects `value` within `margin` of the reference. A NaN fails.
void expect_within(double value, double reference, double margin, const std::string& what) {
  EXPECT_TRUE(std::abs(value - reference) <= margin)
      << what << ": got " << value << ", exact " << reference << ", off by "
      << std::abs(value - reference) / std::abs(reference);
}

/// Expects a number where the reference has one, and none where it is null.
void expect_number(const std::optional<double>& value, const json& reference, double tolerance,
                   const std::string& what) {
  ASSERT_EQ(value.has_value(), !reference.is_null()) << what;
  if (!value) return;
  const auto exact = reference.get<double>();
  expect_within(*value, exact, tolerance * std::abs(exact), what);
}

void expect_p(const TestResult& result, const json& reference, double tolerance,
              const std::string& what) {
  ASSERT_EQ(result.p.has_value(), !reference["p"].is_null()) << what;
  ASSERT_EQ(result.log10_p.has_value(), !reference["log10_p"].is_null()) << what;
  if (!result.p) return;
  const auto p = reference["p"].get<double>();
  const auto log10_p = reference["log10_p"].get<double>();
  if (p >= kSmallestNormal) {
    expect_within(*result.p, p, tolerance * p, what + " p");
  } else {
    EXPECT_GE(*result.p, 0.0) << what;
    EXPECT_LT(*result.p, kSmallestNormal) << what;
    EXPECT_EQ(*result.p == 0, p == 0) << what;
  }
  expect_within(*result.log10_p, log10_p, tolerance * std::abs(log10_p) + kRoundingOfLog,
                what + " log10_p");
}

/// An interval's ends, relative to its width where they are near 0.
void expect_interval(const std::optional<double>& low, const std::optional<double>& high,
                     const json& low_reference, const json& high_reference,
                     const std::string& what) {
  ASSERT_EQ(low.has_value(), !low_reference.is_null()) << what;
  ASSERT_EQ(high.has_value(), !high_reference.is_null()) << what;
  if (!low || !high) return;
  const auto exact_low = low_reference.get<double>();
  const auto exact_high = high_reference.get<double>();
  const double margin =
      kTolerance * std::max({exact_high - exact_low, std::abs(exact_low), std::abs(exact_high)});
  expect_within(*low, exact_low, margin, what + " low");
  expect_within(*high, exact_high, margin, what + " high");
}

/// What the experiment fills in, not the test.
void expect_unfilled(const TestResult& result, const std::string& what) {
  EXPECT_FALSE(result.p_adjusted.has_value()) << what;
  EXPECT_FALSE(result.significant) << what;
}

void expect_no_numbers(const TestResult& result, const std::string& what) {
  EXPECT_FALSE(result.statistic.has_value()) << what;
  EXPECT_FALSE(result.df.has_value()) << what;
  EXPECT_FALSE(result.se.has_value()) << what;
  EXPECT_FALSE(result.p.has_value()) << what;
  EXPECT_FALSE(result.log10_p.has_value()) << what;
  EXPECT_FALSE(result.ci_low.has_value()) << what;
  EXPECT_FALSE(result.ci_high.has_value()) << what;
  EXPECT_TRUE(result.token_share.empty()) << what;
  expect_unfilled(result, what);
}

void expect_t_result(const TestResult& result, const json& reference, const std::string& what) {
  expect_number(result.statistic, reference["statistic"], kTolerance, what + " statistic");
  expect_number(result.df, reference["df"], 0, what + " df");
  expect_number(result.se, reference["se"], kTolerance, what + " se");
  expect_p(result, reference, kTolerance, what);
  expect_interval(result.ci_low, result.ci_high, reference["ci_low"], reference["ci_high"],
                  what + " ci");
  expect_unfilled(result, what);
  EXPECT_FALSE(result.resampling.has_value()) << what;
  EXPECT_TRUE(result.token_share.empty()) << what;
}

/// A case's changes with their pairs i < j, those of tokens that cannot move left out.
struct PairCase {
  explicit PairCase(const json& row)
      : name(row["name"].get<std::string>()),
        n_tokens(row["n_tokens"].get<std::size_t>()),
        delta(row["delta"].get<std::vector<double>>()) {
    const auto first_movable = row["first_movable"].get<std::uint32_t>();
    for (std::uint32_t i = 0; i < n_tokens; ++i) {
      for (std::uint32_t j = i + 1; j < n_tokens; ++j) {
        if (j >= first_movable) pairs.push_back({i, j});
      }
    }
  }

  PairChanges changes() const { return {delta, pairs, n_tokens}; }

  std::string name;
  std::size_t n_tokens;
  std::vector<double> delta;
  std::vector<TokenPair> pairs;
};

TEST(PairTestsGolden, Log10OfP) {
  double lowest = 0;
  for (const json& row : golden()["log10_p"]) {
    const double value = log10_two_sided_p(row[0].get<double>(), row[1].get<double>());
    const auto exact = row[2].get<double>();
    expect_within(value, exact, kTolerance * std::abs(exact) + kRoundingOfLog,
                  "t, df = " + row.dump());
    lowest = std::min(lowest, value);
  }
  EXPECT_GE(golden()["log10_p"].size(), 130U);
  EXPECT_LT(lowest, -50000.0);
}

TEST(PairTestsGolden, TTests) {
  for (const json& row : golden()["t_tests"]) {
    const auto name = row["name"].get<std::string>();
    const auto clean = row["clean"].get<std::vector<double>>();
    const auto silenced = row["silenced"].get<std::vector<double>>();
    for (const tacet::Test test : {tacet::Test::paired, tacet::Test::independent}) {
      const std::string test_name{to_string(test)};
      const TestResult result = t_test_result(test, clean, silenced, alpha());
      EXPECT_EQ(result.name, test);
      expect_t_result(result, row[test_name], name + " " + test_name);
      EXPECT_TRUE(result.note.empty()) << result.note;
    }
  }
  EXPECT_EQ(golden()["t_tests"].size(), 4U);
}

TEST(PairTestsGolden, Wilcoxon) {
  std::size_t below_doubles = 0;
  for (const json& row : golden()["wilcoxon"]) {
    std::vector<double> delta;
    if (row.contains("delta")) {
      delta = row["delta"].get<std::vector<double>>();
    } else {
      for (int k = 1; k <= row["n"].get<int>(); ++k) delta.push_back(k);
      for (const json& k : row["negative"]) delta[k.get<std::size_t>() - 1] *= -1;
    }
    const std::string name = row.dump();
    const TestResult result = wilcoxon_test(delta);
    EXPECT_EQ(result.name, tacet::Test::wilcoxon);
    if (row["p"].is_null()) {
      expect_no_numbers(result, name);
      EXPECT_TRUE(result.note.empty()) << result.note;
      continue;
    }
    expect_number(result.statistic, row["statistic"], 0, name);
    expect_p(result, row, kTolerance, name);
    expect_unfilled(result, name);
    EXPECT_FALSE(result.se.has_value());
    EXPECT_FALSE(result.df.has_value());
    EXPECT_FALSE(result.ci_low.has_value());
    EXPECT_FALSE(result.ci_high.has_value());
    if (result.p == 0) ++below_doubles;
  }
  EXPECT_EQ(golden()["wilcoxon"].size(), 77U);
  EXPECT_EQ(below_doubles, 3U);
}

TEST(PairTestsGolden, Dyadic) {
  std::size_t without = 0;
  std::size_t at_the_floor = 0;
  for (const json& row : golden()["pairs"]) {
    const PairCase given(row);
    const json& reference = row["dyadic"];
    const TestResult result = dyadic_test(given.changes(), alpha());
    EXPECT_EQ(result.name, tacet::Test::dyadic);
    if (reference.is_null()) {
      expect_no_numbers(result, given.name);
      EXPECT_FALSE(result.note.empty()) << given.name;
      ++without;
      continue;
    }
    expect_t_result(result, reference, given.name);
    if (reference["floor"].get<bool>()) ++at_the_floor;
  }
  EXPECT_EQ(golden()["pairs"].size(), 18U);
  EXPECT_EQ(without, 2U);
  EXPECT_GE(at_the_floor, 2U);
}

TEST(PairTestsGolden, TokenJackknife) {
  std::size_t without = 0;
  for (const json& row : golden()["pairs"]) {
    const PairCase given(row);
    const TestResult result = token_jackknife_test(given.changes(), alpha());
    EXPECT_EQ(result.name, tacet::Test::token_jackknife);
    if (row["jackknife"].is_null()) {
      expect_no_numbers(result, given.name);
      EXPECT_FALSE(result.note.empty()) << given.name;
      ++without;
      continue;
    }
    expect_t_result(result, row["jackknife"], given.name);
  }
  EXPECT_EQ(without, 2U);
}

TEST(PairTestsGolden, TokenBootstrap) {
  std::int64_t redrawn = 0;
  std::size_t compared = 0;
  for (const json& row : golden()["pairs"]) {
    const PairCase given(row);
    if (row["jackknife"].is_null()) {
      const TestResult result = token_bootstrap_test(given.changes(), alpha(), {});
      EXPECT_EQ(result.name, tacet::Test::token_bootstrap);
      expect_no_numbers(result, given.name);
      EXPECT_FALSE(result.note.empty()) << given.name;
    }
    for (const json& reference : row["bootstrap"]) {
      const ResamplingOptions options{.seed = reference["seed"].get<std::uint64_t>(),
                                      .draws = reference["draws"].get<std::int64_t>()};
      const std::string name = given.name + ", seed " + std::to_string(options.seed) + ", draws " +
                               std::to_string(options.draws);
      const TestResult result = token_bootstrap_test(given.changes(), alpha(), options);
      EXPECT_EQ(result.name, tacet::Test::token_bootstrap);
      expect_number(result.statistic, reference["statistic"], kTolerance, name + " statistic");
      expect_number(result.se, reference["se"], kTolerance, name + " se");
      expect_p(result, reference, kCountTolerance, name);
      expect_interval(result.ci_low, result.ci_high, reference["ci_low"], reference["ci_high"],
                      name + " bca");
      expect_unfilled(result, name);
      ASSERT_TRUE(result.resampling.has_value()) << name;
      EXPECT_EQ(result.resampling->seed, options.seed) << name;
      EXPECT_EQ(result.resampling->draws, options.draws) << name;
      EXPECT_EQ(result.resampling->redrawn, reference["redrawn"].get<std::int64_t>()) << name;
      expect_interval(result.resampling->percentile_low, result.resampling->percentile_high,
                      reference["percentile_low"], reference["percentile_high"],
                      name + " percentile");
      redrawn += result.resampling->redrawn;
      ++compared;
    }
  }
  EXPECT_EQ(compared, 16U);
  EXPECT_GT(redrawn, 100);
}

TEST(PairTestsGolden, TokenSwapParts) {
  for (const json& row : golden()["swap_parts"]) {
    const auto name = row["name"].get<std::string>();
    const auto exact = row["tau"].get<std::vector<double>>();
    const std::vector<double> tau = token_swap_parts(row["clean"].get<std::vector<double>>(),
                                                     row["silenced"].get<std::vector<double>>(),
                                                     row["n_tokens"].get<std::size_t>());
    ASSERT_EQ(tau.size(), exact.size()) << name;
    double largest = 0;
    for (const double t : exact) largest = std::max(largest, std::abs(t));
    double sum = 0;
    for (std::size_t i = 0; i < exact.size(); ++i) {
      // A token that did not move has exactly 0: it must not count as moved.
      expect_within(tau[i], exact[i], exact[i] == 0 ? 0 : kSumTolerance * largest, name);
      sum += tau[i];
    }
    const double margin = kSumTolerance * largest * static_cast<double>(exact.size());
    expect_within(sum, row["sum_delta"].get<double>(), margin, name + " sum");
  }
  EXPECT_EQ(golden()["swap_parts"].size(), 6U);
}

TEST(PairTestsGolden, TokenSwap) {
  std::size_t sampled = 0;
  for (const json& row : golden()["swaps"]) {
    const auto name = row["name"].get<std::string>();
    const auto parts = row["parts"].get<std::vector<std::vector<double>>>();
    ResamplingOptions options;
    const bool is_sampled = row["sampled"].get<bool>();
    if (is_sampled) {
      options.seed = row["seed"].get<std::uint64_t>();
      options.draws = row["draws"].get<std::int64_t>();
      ++sampled;
    }
    const std::vector<TokenSwapResult> results = token_swap_test(parts, options);
    ASSERT_EQ(results.size(), parts.size()) << name;
    for (std::size_t b = 0; b < results.size(); ++b) {
      const std::string what = name + ", block " + std::to_string(b);
      const json& reference = row["results"][b];
      const TestResult& result = results[b].result;
      EXPECT_EQ(result.name, tacet::Test::token_swap) << what;
      if (reference.is_null()) {
        expect_no_numbers(result, what);
        EXPECT_TRUE(result.note.empty()) << what << ": " << result.note;
        EXPECT_FALSE(results[b].p_max_t.has_value()) << what;
        continue;
      }
      expect_number(result.statistic, reference["statistic"], kTolerance, what + " statistic");
      expect_p(result, reference, kCountTolerance, what);
      expect_number(results[b].p_max_t, reference["p_max_t"], kCountTolerance, what + " p_max_t");
      expect_unfilled(result, what);
      EXPECT_EQ(result.resampling.has_value(), is_sampled) << what;
      if (result.resampling) {
        EXPECT_EQ(result.resampling->seed, options.seed) << what;
        EXPECT_EQ(result.resampling->draws, options.draws) << what;
        EXPECT_EQ(result.resampling->redrawn, 0) << what;
      }
      if (row["moved"].get<int>() < 6) {
        EXPECT_FALSE(result.note.empty()) << what;
      }
      if (reference["token_share"].is_null()) continue;
      const auto share = reference["token_share"].get<std::vector<double>>();
      ASSERT_EQ(result.token_share.size(), share.size()) << what;
      for (std::size_t i = 0; i < share.size(); ++i) {
        expect_within(result.token_share[i], share[i], kTolerance * std::abs(share[i]),
                      what + " share");
      }
    }
  }
  EXPECT_EQ(golden()["swaps"].size(), 35U);
  EXPECT_EQ(sampled, 7U);
}

}  // namespace pair_tests_golden_test
}  // namespace tacet
