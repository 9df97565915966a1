// src/stats against SciPy and a 60-digit reference (tests/stats/make_scipy_golden.py).
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tacet/stats.h"

namespace tacet {
namespace golden_test {

using nlohmann::json;

/// What the project promises against SciPy, and what it reaches against the exact value.
constexpr double kScipyTolerance = 1e-10;
constexpr double kExactTolerance = 1e-12;

const json& golden() {
  static const json data = [] {
    std::ifstream file(TACET_TEST_DATA "/scipy_stats.json");
    if (!file) throw std::runtime_error("tests/golden/scipy_stats.json cannot be opened");
    return json::parse(file);
  }();
  return data;
}

double relative_error(double value, double reference) {
  if (value == reference) return 0;
  return std::abs(value - reference) / std::abs(reference);
}

/// Expects `value` near the exact reference and, where SciPy is near that too, near SciPy's.
void expect_near(double value, const json& exact, const json& scipy, const std::string& what) {
  // Negated comparisons, so that a NaN fails.
  EXPECT_FALSE(!(relative_error(value, exact.get<double>()) <= kExactTolerance))
      << what << ": got " << value << ", exact " << exact;
  if (scipy.is_null()) return;
  EXPECT_FALSE(!(relative_error(value, scipy.get<double>()) <= kScipyTolerance))
      << what << ": got " << value << ", SciPy " << scipy;
}

TEST(Golden, TwoSidedP) {
  double smallest = 1;
  std::size_t seen_by_scipy = 0;
  for (const json& row : golden()["p"]) {
    const double p = two_sided_p(row[0].get<double>(), row[1].get<double>());
    expect_near(p, row[2], row[3], "t, df = " + row.dump());
    smallest = std::min(smallest, p);
    if (!row[3].is_null()) ++seen_by_scipy;
  }
  EXPECT_GE(golden()["p"].size(), 150U);
  EXPECT_GE(seen_by_scipy, 100U);
  EXPECT_LT(smallest, 1e-299);
}

TEST(Golden, CriticalT) {
  for (const json& row : golden()["critical_t"]) {
    const double t = critical_t(row[0].get<double>(), row[1].get<double>());
    expect_near(t, row[2], row[3], "alpha, df = " + row.dump());
  }
  EXPECT_GE(golden()["critical_t"].size(), 80U);
}

void expect_test(const std::optional<TTest>& test, const json& reference, const std::string& name) {
  ASSERT_TRUE(test.has_value()) << name;
  expect_near(test->t, reference["t"], reference["scipy_t"], name + " t");
  expect_near(test->p, reference["p"], reference["scipy_p"], name + " p");
  expect_near(test->ci_low, reference["ci_low"], nullptr, name + " ci_low");
  expect_near(test->ci_high, reference["ci_high"], nullptr, name + " ci_high");
  EXPECT_EQ(test->df, reference["df"].get<double>()) << name;
}

TEST(Golden, TTestsOnSamples) {
  const auto alpha = golden()["alpha"].get<double>();
  std::size_t seen_by_scipy = 0;
  for (const json& sample : golden()["samples"]) {
    const auto name = sample["name"].get<std::string>();
    const auto clean = sample["clean"].get<std::vector<double>>();
    const auto silenced = sample["silenced"].get<std::vector<double>>();
    expect_test(paired_t_test(clean, silenced, alpha), sample["paired"], name + " paired");
    expect_test(independent_t_test(clean, silenced, alpha), sample["independent"],
                name + " independent");
    std::vector<double> deltas(clean.size());
    for (std::size_t i = 0; i < clean.size(); ++i) deltas[i] = silenced[i] - clean[i];
    expect_near(mean(deltas), sample["mean_delta"], nullptr, name + " mean");
    expect_near(sample_sd(deltas), sample["sd_delta"], nullptr, name + " sd");
    const std::optional<double> dz = cohen_dz(mean(deltas), sample_sd(deltas));
    ASSERT_TRUE(dz.has_value());
    expect_near(*dz, sample["cohen_dz"], nullptr, name + " cohen_dz");
    if (!sample["paired"]["scipy_p"].is_null()) ++seen_by_scipy;
  }
  EXPECT_EQ(golden()["samples"].size(), 7U);
  EXPECT_GE(seen_by_scipy, 4U);
}

TEST(Golden, Corrections) {
  for (const json& family : golden()["corrections"]) {
    std::vector<std::optional<double>> p;
    for (const json& value : family["p"]) {
      p.push_back(value.is_null() ? std::nullopt : std::optional(value.get<double>()));
    }
    const auto family_size = family["family_size"].get<std::size_t>();
    for (const Correction correction : {Correction::bonferroni, Correction::holm, Correction::bh}) {
      const std::string name{to_string(correction)};
      const auto adjusted = adjust_p_values(p, correction, family_size);
      ASSERT_EQ(adjusted.size(), p.size());
      for (std::size_t i = 0; i < p.size(); ++i) {
        ASSERT_EQ(adjusted[i].has_value(), p[i].has_value());
        if (!p[i]) continue;
        expect_near(*adjusted[i], family[name][i], nullptr, name + " of " + family["p"].dump());
      }
    }
    EXPECT_EQ(adjust_p_values(p, Correction::none, family_size), p);
  }
  EXPECT_EQ(golden()["corrections"].size(), 7U);
}

TEST(Golden, Quantiles) {
  for (const json& sample : golden()["quantiles"]) {
    const auto values = sample["values"].get<std::vector<double>>();
    expect_near(median(values), sample["median"], sample["median"], "median");
    expect_near(mean(values), sample["mean"], nullptr, "mean");
    for (const json& row : sample["quantiles"]) {
      expect_near(quantile(values, row[0].get<double>()), row[1], row[1], "q = " + row.dump());
    }
  }
  EXPECT_EQ(golden()["quantiles"].size(), 5U);
}

TEST(Golden, Slopes) {
  for (const json& line : golden()["slopes"]) {
    const std::optional<double> slope = least_squares_slope(line["x"].get<std::vector<double>>(),
                                                            line["y"].get<std::vector<double>>());
    ASSERT_TRUE(slope.has_value());
    expect_near(*slope, line["slope"], line["scipy_slope"], "slope");
  }
  EXPECT_EQ(golden()["slopes"].size(), 3U);
}

}  // namespace golden_test
}  // namespace tacet
