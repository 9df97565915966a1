// tacet/comparison.h against NumPy and SciPy (make_comparison_golden.py), and what holds of any.
#include "tacet/comparison.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <numeric>
#include <random>
#include <stdexcept>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tacet/error.h"

namespace tacet {
namespace comparison_test {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr double kTolerance = 1e-10;

const json& golden() {
  static const json data = [] {
    std::ifstream file(TACET_TEST_DATA "/comparison.json");
    if (!file) throw std::runtime_error("tests/golden/comparison.json cannot be opened");
    return json::parse(file);
  }();
  return data;
}

void expect_near(double value, double reference, double scale, const std::string& what) {
  // Negated, so that a NaN fails.
  EXPECT_FALSE(!(std::abs(value - reference) <= kTolerance * std::max(std::abs(reference), scale)))
      << what << ": got " << value << ", SciPy " << reference;
}

std::vector<ComparedHead> heads_of(std::size_t n) {
  std::vector<ComparedHead> heads;
  for (std::size_t i = 0; i < n; ++i) {
    const Head head{static_cast<int>(i / 4), static_cast<int>(i % 4)};
    heads.push_back({.spec = to_string(head), .heads = {head}, .values = {}});
  }
  return heads;
}

Comparison compare_values(const std::vector<std::vector<double>>& values) {
  std::vector<VariantValues> variants;
  for (const std::vector<double>& one : values) {
    variants.push_back({.name = "variant " + std::to_string(variants.size()),
                        .values = one,
                        .flags = std::vector<Flag>(one.size(), Flag::none)});
  }
  return compare(heads_of(values.front().size()), variants, FlagKind::effects, "what", "value",
                 "mode");
}

std::vector<double> random_values(std::size_t n, unsigned seed) {
  std::mt19937 engine(seed);
  std::vector<double> values;
  // No standard distribution: these differ between libraries.
  for (std::size_t i = 0; i < n; ++i)
    values.push_back(static_cast<double>(engine()) / 4294967296.0 - 0.4);
  return values;
}

TEST(Comparison, IsThatOfScipy) {
  ASSERT_GE(golden()["cases"].size(), 6U);
  for (const json& one : golden()["cases"]) {
    const auto name = one["name"].get<std::string>();
    const Comparison found = compare_values(one["values"].get<std::vector<std::vector<double>>>());
    const auto edges = one["edges"].get<std::vector<double>>();
    ASSERT_EQ(found.edges.size(), edges.size()) << name;
    const double scale = edges.back();
    for (std::size_t i = 0; i < edges.size(); ++i) {
      expect_near(found.edges[i], edges[i], scale, name + " edges");
    }
    for (std::size_t k = 0; k < found.variants.size(); ++k) {
      const VariantSummary& variant = found.variants[k];
      const json& wanted = one["variants"][k];
      const auto number = [&](const char* key, double value) {
        expect_near(value, wanted[key].get<double>(), scale, name + " " + key);
      };
      number("mean", variant.mean);
      number("sd", variant.sd.value());
      number("median", variant.median);
      number("q25", variant.q25);
      number("q75", variant.q75);
      number("min", variant.min);
      number("max", variant.max);
      number("median_abs", variant.median_abs);
      EXPECT_EQ(variant.histogram, wanted["histogram"].get<std::vector<std::int64_t>>()) << name;
    }
    ASSERT_EQ(found.pairs.size(), one["pairs"].size()) << name;
    for (std::size_t k = 0; k < found.pairs.size(); ++k) {
      const VariantPair& pair = found.pairs[k];
      const json& wanted = one["pairs"][k];
      expect_near(pair.pearson.value(), wanted["pearson"], 1, name + " pearson");
      expect_near(pair.spearman.value(), wanted["spearman"], 1, name + " spearman");
      expect_near(pair.same_sign.value(), wanted["same_sign"], 1, name + " same_sign");
      expect_near(pair.sd_ratio.value(), wanted["sd_ratio"], 1, name + " sd_ratio");
      const json& test = wanted["spread_test"];
      ASSERT_TRUE(pair.spread_test.has_value()) << name;
      expect_near(pair.spread_test->statistic, test["statistic"], 1, name + " t");
      EXPECT_EQ(pair.spread_test->df, test["df"].get<double>()) << name;
      const double p = test["p"];
      EXPECT_LE(std::abs(pair.spread_test->p - p), 1e-8 * p) << name;
    }
  }
}

TEST(Comparison, EveryHeadIsInOneBin) {
  for (const unsigned seed : {1U, 2U, 3U, 4U}) {
    for (const std::size_t n : {1U, 3U, 17U, 384U}) {
      const Comparison found = compare_values({random_values(n, seed), random_values(n, seed + 9)});
      ASSERT_EQ(found.edges.size() % 2, 0U);  // an odd number of bins
      EXPECT_GE(found.edges.size(), static_cast<std::size_t>(kFewestBins) + 1);
      EXPECT_LE(found.edges.size(), static_cast<std::size_t>(kMostBins) + 1);
      EXPECT_TRUE(std::ranges::is_sorted(found.edges));
      for (std::size_t i = 0; i < found.edges.size(); ++i) {
        EXPECT_EQ(found.edges[i], -found.edges[found.edges.size() - 1 - i]);
      }
      for (const VariantSummary& variant : found.variants) {
        EXPECT_EQ(std::accumulate(variant.histogram.begin(), variant.histogram.end(), 0L),
                  static_cast<std::int64_t>(n));
      }
    }
  }
}

TEST(Comparison, TheOtherWayRoundIsTheSame) {
  const std::vector<double> a = random_values(40, 5);
  const std::vector<double> b = random_values(40, 6);
  const VariantPair one = compare_values({a, b}).pairs.front();
  const VariantPair other = compare_values({b, a}).pairs.front();
  EXPECT_DOUBLE_EQ(one.pearson.value(), other.pearson.value());
  EXPECT_EQ(one.spearman, other.spearman);
  EXPECT_EQ(one.same_sign, other.same_sign);
  EXPECT_DOUBLE_EQ(one.sd_ratio.value() * other.sd_ratio.value(), 1);
  EXPECT_DOUBLE_EQ(one.spread_test->statistic, -other.spread_test->statistic);
  EXPECT_DOUBLE_EQ(one.spread_test->p, other.spread_test->p);
}

TEST(Comparison, WiderIsAboveZero) {
  std::vector<double> narrow = random_values(30, 7);
  std::vector<double> wide = random_values(30, 8);
  for (double& value : wide) value *= 8;
  const VariantPair pair = compare_values({narrow, wide}).pairs.front();
  EXPECT_GT(pair.sd_ratio.value(), 1);
  EXPECT_GT(pair.spread_test->statistic, 0);
  EXPECT_LT(pair.spread_test->p, 0.001);
}

TEST(Comparison, AVariantWithItselfUnderAnotherName) {
  const std::vector<double> values = random_values(12, 3);
  const VariantPair same = compare_values({values, values}).pairs.front();
  EXPECT_EQ(same.pearson, 1);
  EXPECT_EQ(same.spearman, 1);
  EXPECT_EQ(same.same_sign, 1);
  EXPECT_EQ(same.sd_ratio, 1);
  EXPECT_FALSE(same.spread_test.has_value());  // their difference does not vary
  std::vector<double> negated = values;
  for (double& value : negated) value = -value;
  const VariantPair opposite = compare_values({values, negated}).pairs.front();
  EXPECT_DOUBLE_EQ(opposite.pearson.value(), -1);
  EXPECT_EQ(opposite.same_sign, 0);
  EXPECT_FALSE(opposite.spread_test.has_value());
}

TEST(Comparison, WhatDoesNotExistIsNull) {
  const Comparison zero = compare_values({{0, 0, 0, 0}, {0, 0, 0, 0}});
  EXPECT_THAT(zero.edges, IsEmpty());
  EXPECT_THAT(zero.variants[0].histogram, IsEmpty());
  EXPECT_EQ(zero.variants[0].sd, 0);
  const VariantPair& nothing = zero.pairs.front();
  EXPECT_FALSE(nothing.pearson || nothing.spearman || nothing.same_sign || nothing.sd_ratio ||
               nothing.spread_test);
  // Against a variant that changes nothing.
  const VariantPair half = compare_values({{1, -2, 3}, {0, 0, 0}}).pairs.front();
  EXPECT_FALSE(half.pearson || half.spearman || half.same_sign || half.spread_test);
  EXPECT_EQ(half.sd_ratio, 0);
  const Comparison two = compare_values({{1, -2}, {3, 4}});
  EXPECT_FALSE(two.pairs[0].pearson || two.pairs[0].spearman || two.pairs[0].spread_test);
  EXPECT_EQ(two.pairs[0].same_sign, 0.5);
  const Comparison one = compare_values({{1}, {-3}});
  EXPECT_FALSE(one.variants[0].sd || one.pairs[0].sd_ratio);
  EXPECT_EQ(one.variants[1].median_abs, 3);
  EXPECT_EQ(one.pairs[0].same_sign, 0);
}

TEST(Comparison, CountsFlags) {
  const std::vector<VariantValues> variants = {
      {"a", {1, 2, 3, 4}, {Flag::coupling, Flag::decoupling, Flag::none, Flag::coupling}},
      {"b", {1, 2, 3, 4}, {Flag::decoupling, Flag::none, Flag::none, Flag::coupling}},
      {"c", {1, 2, 3, 4}, {Flag::none, Flag::none, Flag::coupling, Flag::none}}};
  const Comparison found =
      compare(heads_of(4), variants, FlagKind::effects, "what", "value", "mode");
  EXPECT_EQ(found.variants[0].n_coupling, 2);
  EXPECT_EQ(found.variants[0].n_decoupling, 1);
  EXPECT_EQ(found.variants[1].n_decoupling, 1);
  ASSERT_EQ(found.pairs.size(), 3U);
  EXPECT_EQ(std::pair(found.pairs[1].a, found.pairs[1].b),
            std::pair(std::size_t{0}, std::size_t{2}));
  EXPECT_EQ(found.pairs[0].n_both, 2);  // the direction does not matter
  EXPECT_EQ(found.pairs[0].n_only_a, 1);
  EXPECT_EQ(found.pairs[0].n_only_b, 0);
  EXPECT_EQ(found.pairs[2].n_only_b, 1);
  EXPECT_THAT(found.heads[1].values, ElementsAre(2, 2, 2));
}

TEST(Comparison, RefusesWhatCannotBeCompared) {
  const auto error_of = [](std::size_t n, const std::vector<VariantValues>& variants,
                           FlagKind kind = FlagKind::effects) {
    try {
      compare(heads_of(n), variants, kind, "", "", "");
    } catch (const UsageError& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  const VariantValues a{"a", {1}, {Flag::none}};
  EXPECT_THAT(error_of(1, {a}), HasSubstr("two variants"));
  EXPECT_THAT(error_of(0, {{"a", {}, {}}, {"b", {}, {}}}), HasSubstr("needs heads"));
  EXPECT_THAT(error_of(1, {a, a}), HasSubstr("'a' is compared with itself"));
  EXPECT_THAT(error_of(1, {a, {"b", {1, 2}, {Flag::none}}}), HasSubstr("2 values and 1 flags"));
  EXPECT_THAT(error_of(1, {a, {"b", {1}, {}}}), HasSubstr("1 values and 0 flags"));
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_THAT(error_of(1, {a, {"b", {infinity}, {Flag::none}}}), HasSubstr("not finite"));
  EXPECT_THAT(error_of(1, {a, {"b", {std::nan("")}, {Flag::none}}}), HasSubstr("L0H0"));
  EXPECT_THAT(error_of(1, {a, {"b", {1}, {Flag::top1_changed}}}), HasSubstr("another kind"));
  EXPECT_THAT(error_of(1, {a, {"b", {1}, {Flag::coupling}}}, FlagKind::top1),
              HasSubstr("another kind"));
}

SweepSummary sweep_of(const std::vector<double>& late) {
  SweepSummary summary;
  for (const ComparedHead& head : heads_of(late.size())) {
    HeadSummary& one = summary.heads.emplace_back();
    one.spec = head.spec;
    one.heads = head.heads;
    one.late = late[summary.heads.size() - 1];
    one.role = one.late > 1 ? Role::separator : one.late < -1 ? Role::connector : Role::none;
  }
  return summary;
}

TEST(Comparison, OfSweeps) {
  const std::vector<SweepSummary> sweeps = {sweep_of({2, -2, 0.5}), sweep_of({3, 0.5, -3})};
  const std::vector<std::string> names = {"zero", "mean"};
  const Comparison found = compare_sweeps(sweeps, names, "mode");
  EXPECT_EQ(found.value, "late_delta");
  EXPECT_EQ(found.by, "mode");
  EXPECT_EQ(found.variants[0].n_coupling, 1);
  EXPECT_EQ(found.variants[1].n_decoupling, 1);
  EXPECT_EQ(found.pairs[0].n_both, 1);
  EXPECT_THAT(found.heads[2].values, ElementsAre(0.5, -3));
  EXPECT_THROW(compare_sweeps(sweeps, std::vector<std::string>{"zero"}, "mode"), UsageError);
  const std::vector<SweepSummary> others = {sweep_of({1, 2}), sweep_of({1, 2, 3})};
  EXPECT_THROW(compare_sweeps(others, names, "mode"), UsageError);
}

PredictResult predicted(const std::vector<double>& probs, bool contrast) {
  PredictResult result;
  result.clean.target.prob = 0.5;
  if (contrast) result.clean.logit_diff = 1;
  const std::vector<ComparedHead> heads = heads_of(probs.size() / 2);
  for (std::size_t i = 0; i < probs.size(); ++i) {
    SilencedPrediction& one = result.interventions.emplace_back();
    one.intervention.heads = heads[i % heads.size()].heads;
    one.prediction.target.prob = probs[i];
    if (contrast) one.prediction.logit_diff = 10 * probs[i];
    one.top1_changed = probs[i] < 0.3;
  }
  return result;
}

TEST(Comparison, OfPredictions) {
  const std::vector<std::string> names = {"all", "-1"};
  const PredictResult result = predicted({0.25, 0.5, 0.75, 0.5, 0.25, 1}, true);
  const Comparison found = compare_predictions(result, names, "positions");
  EXPECT_EQ(found.value, "delta_prob");
  EXPECT_THAT(found.heads[0].values, ElementsAre(-0.25, 0));
  EXPECT_THAT(found.heads[2].values, ElementsAre(0.25, 0.5));
  EXPECT_EQ(found.variants[0].n_top1_changed, 1);
  EXPECT_EQ(found.pairs[0].n_only_a, 1);
  EXPECT_EQ(found.pairs[0].n_only_b, 1);
  const Comparison logits =
      compare_predictions(result, names, "positions", PredictedValue::logit_diff);
  EXPECT_EQ(logits.value, "delta_logit_diff");
  EXPECT_THAT(logits.heads[0].values, ElementsAre(1.5, 4));
  EXPECT_THROW(
      compare_predictions(predicted({0.1, 0.2}, false), names, "mode", PredictedValue::logit_diff),
      UsageError);
  EXPECT_THROW(compare_predictions(predicted({0.1, 0.2, 0.3}, false), names, "mode"), UsageError);
  PredictResult mixed = predicted({0.1, 0.2, 0.3, 0.4}, false);
  std::swap(mixed.interventions[2], mixed.interventions[3]);
  EXPECT_THROW(compare_predictions(mixed, names, "mode"), UsageError);
}

}  // namespace comparison_test
}  // namespace tacet
