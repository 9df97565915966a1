#include "store/comparison_json.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/sweep_variants.h"
#include "tacet/error.h"
#include "tacet/export.h"

namespace tacet::store {
namespace comparison_json_test {

using ::testing::HasSubstr;
using ::testing::StartsWith;

Comparison made(FlagKind kind, const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<ComparedHead> heads;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const Head head{0, static_cast<int>(i)};
    heads.push_back({.spec = to_string(head), .heads = {head}, .values = {}});
  }
  const std::vector<Flag> none(a.size(), Flag::none);
  const std::vector<VariantValues> variants = {{"zero", a, none}, {"mean\xff", b, none}};
  return compare(heads, variants, kind, "what", "late_delta", "mode");
}

TEST(ComparisonJson, HasEveryKey) {
  const Json json = comparison_json(made(FlagKind::effects, {1, -2, 3}, {0.5, 1, -1}));
  std::vector<std::string> keys;
  for (const auto& [key, value] : json.items()) keys.push_back(key);
  EXPECT_EQ(keys, (std::vector<std::string>{"what", "value", "by", "edges", "variants", "pairs",
                                            "heads"}));
  EXPECT_EQ(json["edges"].size(), static_cast<std::size_t>(kFewestBins) + 1);
  EXPECT_EQ(json["variants"][0]["histogram"].size(), static_cast<std::size_t>(kFewestBins));
  EXPECT_EQ(json["variants"][0]["n_coupling"], 0);
  EXPECT_FALSE(json["variants"][0].contains("n_top1_changed"));
  EXPECT_EQ(json["pairs"][0]["a"], "zero");
  EXPECT_EQ(json["pairs"][0]["b"], "mean\uFFFD");  // UTF-8, whatever it was
  EXPECT_EQ(json["pairs"][0]["spread_test"]["df"], 1);
  EXPECT_EQ(json["heads"][1].dump(), R"({"spec":"L0H1","values":[-2.0,1.0]})");
}

TEST(ComparisonJson, HasNullForWhatDoesNotExist) {
  const Json json = comparison_json(made(FlagKind::top1, {0}, {0}));
  EXPECT_TRUE(json["edges"].is_null());
  EXPECT_TRUE(json["variants"][0]["sd"].is_null());
  EXPECT_TRUE(json["variants"][0]["histogram"].is_null());
  EXPECT_EQ(json["variants"][0]["n_top1_changed"], 0);
  EXPECT_FALSE(json["variants"][0].contains("n_coupling"));
  for (const char* key : {"pearson", "spearman", "same_sign", "sd_ratio", "spread_test"}) {
    EXPECT_TRUE(json["pairs"][0][key].is_null()) << key;
  }
}

TEST(ComparisonJson, InfinitiesAreWords) {
  const Json json = comparison_json(made(FlagKind::effects, {1, 2, 4, -8}, {2, 4, 8, -16}));
  EXPECT_EQ(json["pairs"][0]["spread_test"]["statistic"], "inf");
  EXPECT_EQ(json["pairs"][0]["spread_test"]["p"], 0);
}

TEST(ComparisonJson, RefusesNaN) {
  Comparison comparison = made(FlagKind::effects, {1, 2, 3}, {3, 1, 2});
  comparison.pairs[0].pearson = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(comparison_json(comparison), NumericError);
}

SweepListing listing_of(std::int64_t id) {
  SweepListing listing;
  StoredRun& run = listing.runs.emplace_back();
  run.id = id;
  run.model_id = "m";
  SweepSummary summary;
  for (int i = 0; i < 3; ++i) {
    HeadSummary& head = summary.heads.emplace_back();
    head.heads = {{0, i}};
    head.spec = to_string(head.heads.front());
  }
  listing.per_run = {summary};
  listing.summary = summary;
  return listing;
}

TEST(SweepVariants, HoldEachSweepOnce) {
  const SweepVariants variants{.listings = {listing_of(4), listing_of(7)},
                               .comparison = made(FlagKind::effects, {1, 2, 3}, {3, 1, 2})};
  const Json json = Json::parse(sweep_json(variants));
  std::vector<std::string> keys;
  for (const auto& [key, value] : json.items()) keys.push_back(key);
  EXPECT_EQ(keys,
            (std::vector<std::string>{"schema", "version", "model", "variants", "comparison"}));
  EXPECT_EQ(json["variants"][1]["prompts"][0]["run"], 7);
  EXPECT_EQ(json["variants"][1]["name"], "mean\uFFFD");
  EXPECT_FALSE(json["variants"][1].contains("model"));
  const std::string csv = sweep_csv(variants);
  EXPECT_THAT(csv, StartsWith("variant,run,spec,"));
  EXPECT_THAT(csv, HasSubstr("\nzero,4,L0H2,"));
  EXPECT_THAT(csv, HasSubstr("\nmean\uFFFD,7,L0H0,"));
}

}  // namespace comparison_json_test
}  // namespace tacet::store
