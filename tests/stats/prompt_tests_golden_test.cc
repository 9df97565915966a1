// The tests of tacet/prompt_tests.h against R's metafor, SciPy and plain definitions
// (tests/stats/make_prompt_tests_golden.py).
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tacet/prompt_tests.h"

namespace tacet {
namespace prompt_tests_golden_test {

using nlohmann::json;

/// Relative: metafor's own numbers are doubles that were iterated.
constexpr double kTolerance = 1e-8;
/// Of an estimate by iteration near 0, relative to the largest variance.
constexpr double kNearZero = 1e-12;
/// Relative, of a p-value that is a count over a count.
constexpr double kCountTolerance = 1e-14;

const json& golden() {
  static const json data = [] {
    std::ifstream file(TACET_TEST_DATA "/prompt_tests.json");
    if (!file) throw std::runtime_error("tests/golden/prompt_tests.json cannot be opened");
    return json::parse(file);
  }();
  return data;
}

double alpha() {
  return golden()["alpha"].get<double>();
}

void expect_near(const std::optional<double>& value, const json& reference, double tolerance,
                 const std::string& what, double absolute = 0) {
  ASSERT_EQ(value.has_value(), !reference.is_null()) << what;
  if (!value) return;
  const auto exact = reference.get<double>();
  EXPECT_TRUE(std::abs(*value - exact) <= tolerance * std::abs(exact) + absolute)
      << what << ": got " << *value << ", reference " << exact;
}

TEST(PromptTestsGolden, MeanT) {
  for (const json& row : golden()["t_tests"]) {
    const auto values = row["values"].get<std::vector<double>>();
    const std::string what = "n = " + std::to_string(values.size());
    const MeanTest test = mean_t_test(values, alpha());
    EXPECT_EQ(test.n, values.size());
    expect_near(test.mean, row["mean"], kTolerance, what + " mean");
    expect_near(test.sd, row["sd"], kTolerance, what + " sd");
    expect_near(test.se, row["se"], kTolerance, what + " se");
    expect_near(test.t, row["t"], kTolerance, what + " t");
    expect_near(test.df, row["df"], 0, what + " df");
    expect_near(test.p, row["p"], kTolerance, what + " p");
    expect_near(test.ci_low, row["ci_low"], 0, what + " ci_low", kTolerance * *test.se);
    expect_near(test.ci_high, row["ci_high"], 0, what + " ci_high", kTolerance * *test.se);
    EXPECT_NEAR(test.log10_p.value(), std::log10(test.p.value()), 1e-12) << what;
  }
  EXPECT_EQ(golden()["t_tests"].size(), 5U);
}

TEST(PromptTestsGolden, RandomEffects) {
  for (const json& row : golden()["random_effects"]) {
    const auto name = row["name"].get<std::string>();
    const auto effects = row["effects"].get<std::vector<double>>();
    const auto variances = row["variances"].get<std::vector<double>>();
    const RandomEffects result = random_effects(effects, variances, alpha());
    const double near_zero = kNearZero * *std::ranges::max_element(variances);
    EXPECT_EQ(result.k, effects.size()) << name;
    expect_near(result.mean, row["mean"], kTolerance, name + " mean");
    expect_near(result.se, row["se"], kTolerance, name + " se");
    expect_near(result.t, row["t"], kTolerance, name + " t");
    expect_near(result.p, row["p"], kTolerance, name + " p");
    expect_near(result.ci_low, row["ci_low"], kTolerance, name + " ci_low");
    expect_near(result.ci_high, row["ci_high"], kTolerance, name + " ci_high");
    expect_near(result.tau2, row["tau2"], kTolerance, name + " tau2", near_zero);
    expect_near(result.i2, row["i2"], kTolerance, name + " i2", kNearZero);
    expect_near(result.q, row["q"], kTolerance, name + " q");
    expect_near(result.q_p, row["q_p"], kTolerance, name + " q_p");
    expect_near(result.pi_low, row["pi_low"], kTolerance, name + " pi_low");
    expect_near(result.pi_high, row["pi_high"], kTolerance, name + " pi_high");
  }
  EXPECT_EQ(golden()["random_effects"].size(), 15U);
}

TEST(PromptTestsGolden, SignCount) {
  for (const json& row : golden()["sign_tests"]) {
    const auto positive = row["positive"].get<std::size_t>();
    const auto negative = row["negative"].get<std::size_t>();
    const auto zero = row["zero"].get<std::size_t>();
    std::vector<double> values(positive, 0.25);
    values.insert(values.end(), negative, -0.5);
    values.insert(values.end(), zero, 0.0);
    const SignCount count = sign_count(values);
    EXPECT_EQ(count.n_positive, positive);
    EXPECT_EQ(count.n_negative, negative);
    EXPECT_EQ(count.n_zero, zero);
    expect_near(count.p, row["p"], kTolerance, row.dump());
  }
  EXPECT_EQ(golden()["sign_tests"].size(), 9U);
}

TEST(PromptTestsGolden, MaxT) {
  for (const json& row : golden()["max_t"]) {
    const auto name = row["name"].get<std::string>();
    const auto cells = row["cells"].get<std::vector<std::vector<double>>>();
    ResamplingOptions options;
    const bool sampled = !row["seed"].is_null();
    if (sampled) {
      options.seed = row["seed"].get<std::uint64_t>();
      options.draws = row["draws"].get<std::int64_t>();
    }
    const SignFlipResult result = sign_flip_max_t(cells, options);
    EXPECT_EQ(result.enumerated, !sampled) << name;
    EXPECT_EQ(result.n_patterns, row["n_patterns"].get<std::int64_t>()) << name;
    ASSERT_EQ(result.cells.size(), cells.size()) << name;
    for (std::size_t c = 0; c < cells.size(); ++c) {
      const std::string what = name + ", cell " + std::to_string(c);
      expect_near(result.cells[c].t, row["t"][c], kTolerance, what + " t");
      expect_near(result.cells[c].p, row["p"][c], kCountTolerance, what + " p");
      expect_near(result.cells[c].p_max_t, row["p_max_t"][c], kCountTolerance, what + " p_max_t");
    }
  }
  EXPECT_EQ(golden()["max_t"].size(), 5U);
}

}  // namespace prompt_tests_golden_test
}  // namespace tacet
