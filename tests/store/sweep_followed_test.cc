// Pairs that a sweep followed: in the database, in the JSON and in the CSV.
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/followed_json.h"
#include "store/sweep_database.h"
#include "store/sweep_json.h"
#include "store/sweep_rows_made.h"
#include "support/temp_dir.h"
#include "tacet/error.h"

namespace tacet::store {
namespace sweep_followed_test {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::kSweepLayers;
using testing::query;
using ::testing::SizeIs;
using testing::sweep_prompt;
using testing::sweep_result;
using testing::TempDir;
using testing::write_sweep;

class Followed : public ::testing::Test {
 protected:
  std::int64_t new_run(int number = 0, const RunSettings& settings = {}) {
    return database_.run_of(Model::mini(), sweep_prompt(number), "", settings);
  }
  std::string value(const std::string& sql) const { return query(file_, sql).rows.at(0).at(0); }

  std::string error_of_reading(std::int64_t run) const {
    try {
      SweepDatabase::open_for_reading(file_).outcomes(run);
    } catch (const InputError& error) {
      return error.what();
    }
    return "no InputError";
  }

  TempDir folder_;
  std::filesystem::path file_ = folder_ / "a.db";
  SweepDatabase database_ = SweepDatabase::open_for_writing(file_);
};

TEST_F(Followed, ComesBackInTheOrderOfPositionsBitForBit) {
  const auto run = new_run();
  const SilenceResult made = sweep_result(0, {2, 1});
  database_.write(run, made);
  const std::vector<SweepOutcome> outcomes = database_.outcomes(run);
  ASSERT_THAT(outcomes, SizeIs(1));
  const std::vector<FollowedPair>& found = outcomes[0].followed;
  ASSERT_THAT(found, SizeIs(2));
  for (std::size_t i = 0; i < 2; ++i) {
    const FollowedPair& wanted = made.followed[1 - i];
    EXPECT_EQ(found[i].pair, wanted.pair);
    ASSERT_THAT(found[i].layers, SizeIs(kSweepLayers));
    for (std::size_t layer = 0; layer < kSweepLayers; ++layer) {
      EXPECT_EQ(found[i].layers[layer].layer, static_cast<int>(layer));
      EXPECT_EQ(found[i].layers[layer].clean, wanted.layers[layer].clean);
      EXPECT_EQ(found[i].layers[layer].silenced, wanted.layers[layer].silenced);
      EXPECT_EQ(found[i].layers[layer].delta, wanted.layers[layer].delta);
      EXPECT_EQ(found[i].layers[layer].direct_delta, wanted.layers[layer].direct_delta);
    }
    EXPECT_EQ(found[i].final_norm->silenced, wanted.final_norm->silenced);
  }
}

TEST_F(Followed, IsWrittenAndRemovedWithItsIntervention) {
  const auto run = new_run();
  SilenceResult made = sweep_result(0, {2, 1});
  database_.write(run, made);
  EXPECT_EQ(value("SELECT count(*) FROM followed"), "14");
  made.followed.pop_back();
  database_.write(run, made);  // in place of the first
  EXPECT_EQ(value("SELECT count(*) FROM followed"), "7");
  made.followed[0].layers[3].direct_delta = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(database_.write(run, made), NumericError);
  EXPECT_EQ(value("SELECT count(*) FROM followed"), "7");  // nothing of the failed one
  EXPECT_THAT(database_.outcomes(run), SizeIs(1));
  query(file_, "PRAGMA foreign_keys = ON; DELETE FROM runs WHERE id = 1");
  EXPECT_EQ(value("SELECT count(*) FROM followed"), "0");
}

TEST_F(Followed, WithoutFinalNormHasARowForEveryBlockAlone) {
  const auto run = new_run();
  SilenceResult made = sweep_result(0, {0, 0});
  made.final_norm.reset();
  for (FollowedPair& one : made.followed) one.final_norm.reset();
  database_.write(run, made);
  EXPECT_FALSE(database_.outcomes(run)[0].followed[0].final_norm.has_value());
}

TEST_F(Followed, MissingRowsAreDamage) {
  const std::vector<std::string> changes = {
      "DELETE FROM followed WHERE layer = 3 AND position_a = 0",
      "DELETE FROM followed WHERE layer = 6 AND position_a = 1",  // ln_f's
      "UPDATE followed SET layer = 9 WHERE layer = 5",
      "UPDATE followed SET position_a = 7 WHERE position_a = 0",
      "UPDATE followed SET position_b = 5 WHERE position_b = 2 AND layer > 3"};
  for (const std::string& change : changes) {
    const auto run = new_run();
    database_.write(run, sweep_result(0, {2, 1}));
    query(file_, change);
    EXPECT_THAT(error_of_reading(run), AllOf(HasSubstr("the pair 'made,pair'"),
                                             HasSubstr("are missing"), HasSubstr("a.db")))
        << change;
  }
}

/// Two prompts of which the pair is followed, in one place of the first and two of the second.
SweepListing made_listing() {
  SweepListing listing;
  for (int number = 0; number < 2; ++number) {
    StoredRun run;
    run.id = 3 + number;
    run.settings.follow = {"made,pair"};
    listing.runs.push_back(run);
    std::vector<SweepOutcome> outcomes;
    SweepSummary summary;
    for (const Head head : {Head{0, 1}, Head{5, 0}}) {
      outcomes.push_back(outcome_of(sweep_result(number, head)));
      if (number == 0) outcomes.back().followed.resize(1);
      HeadSummary of_head;
      of_head.spec = outcomes.back().spec;
      of_head.heads = {head};
      summary.heads.push_back(of_head);
    }
    listing.per_run.push_back(summary);
    FollowedRun followed{.pairs = followed_heads(outcomes, 0.05), .strongest = {}};
    for (std::size_t i = 0; i < followed.pairs.size(); ++i) {
      followed.strongest.push_back(outcomes[0].followed[i]);
    }
    listing.followed.push_back(followed);
  }
  listing.summary = listing.per_run.front();
  return listing;
}

TEST(FollowedJson, HasEveryPlaceWithItsNumbersAndTheStrongestLines) {
  const SweepListing listing = made_listing();
  const Json json = sweep_document(listing);
  EXPECT_EQ(json["settings"]["followed"], Json({"made,pair"}));
  ASSERT_THAT(json["followed"], SizeIs(1));
  const Json& pair = json["followed"][0];
  EXPECT_EQ(pair["pair"], "made,pair");
  EXPECT_EQ(pair["family_size"], 2);
  EXPECT_TRUE(pair["across"].is_null());
  ASSERT_THAT(pair["places"], SizeIs(3));
  EXPECT_EQ(pair["places"][0]["run"], 3);
  EXPECT_EQ(pair["places"][0]["positions"], Json({1, 3}));
  EXPECT_EQ(pair["places"][2]["run"], 4);
  EXPECT_EQ(pair["places"][2]["positions"], Json({0, 2}));
  const FollowedHead& wanted = listing.followed[1].pairs[1].heads[0];
  const Json& head = pair["places"][2]["heads"][0];
  EXPECT_EQ(head["spec"], "L0H1");
  EXPECT_EQ(head["late_delta"], wanted.late_delta);
  EXPECT_EQ(head["mean_delta"], wanted.blocks.mean);
  EXPECT_EQ(head["n_blocks"], 6);
  EXPECT_EQ(head["t"], *wanted.blocks.t);
  EXPECT_EQ(head["df"], 5.0);
  EXPECT_EQ(head["p"], *wanted.blocks.p);
  EXPECT_EQ(head["p_bonferroni"], *wanted.p_bonferroni);
  EXPECT_EQ(head["p_bh"], *wanted.p_bh);
  const Json& untested = pair["places"][2]["heads"][1];  // its cut is the last block
  EXPECT_EQ(untested["n_blocks"], 1);
  for (const char* key : {"t", "df", "p", "p_bonferroni", "p_bh"}) {
    EXPECT_TRUE(untested[key].is_null()) << key;
  }
  const Json& lines = pair["places"][0]["strongest"];
  EXPECT_EQ(lines["spec"], "L0H1");
  EXPECT_EQ(lines["positions"], Json({1, 3}));
  ASSERT_THAT(lines["layers"], SizeIs(kSweepLayers));
  EXPECT_EQ(lines["layers"][4]["silenced"], sweep_result(0, {0, 1}).followed[0].layers[4].silenced);
  EXPECT_FALSE(lines["final_norm"].is_null());
}

TEST(FollowedJson, AcrossPrompts) {
  SweepListing listing = made_listing();
  const std::vector<std::vector<FollowedSweep>> prompts = {listing.followed[0].pairs,
                                                           listing.followed[1].pairs};
  listing.followed_across = followed_across(prompts, std::vector<std::string>(2), 0.05);
  const Json across = sweep_document(listing)["followed"][0]["across"];
  EXPECT_EQ(across["n_prompts"], 2);
  EXPECT_EQ(across["n_units"], 2);
  const FollowedAcrossHead& wanted = listing.followed_across[0].heads[1];
  const Json& head = across["heads"][1];
  EXPECT_EQ(head["spec"], "L5H0");
  EXPECT_EQ(head["mean"], wanted.late.mean);
  EXPECT_EQ(head["t"], *wanted.late.t);
  EXPECT_EQ(head["p_bh"], *wanted.p_bh);
  EXPECT_EQ(head["p_bonferroni"], *wanted.p_bonferroni);
  EXPECT_EQ(head["signs"]["agree"], wanted.signs.n_agree);
}

TEST(FollowedJson, IsNotThereWithoutPairs) {
  SweepListing listing = made_listing();
  listing.followed.clear();
  for (StoredRun& run : listing.runs) run.settings.follow.clear();
  const Json json = sweep_document(listing);
  EXPECT_FALSE(json.contains("followed"));
  EXPECT_FALSE(json["settings"].contains("followed"));
  EXPECT_THAT(sweep_csv(listing), ::testing::Not(HasSubstr("pair")));
}

TEST(FollowedCsv, HasALineForEveryRunInterventionAndPlace) {
  const std::string csv = sweep_csv(made_listing());
  std::vector<std::string> lines;
  for (std::size_t begin = 0, end = 0; (end = csv.find('\n', begin)) != std::string::npos;
       begin = end + 1) {
    lines.push_back(csv.substr(begin, end - begin));
  }
  ASSERT_THAT(lines, SizeIs(1 + 2 + 4));
  EXPECT_THAT(lines[0],
              ::testing::EndsWith(",n_significant,pair,position_a,position_b,pair_late_delta,"
                                  "pair_mean_delta,pair_n_blocks,pair_t,pair_df,pair_p,"
                                  "pair_p_bonferroni,pair_p_bh,pair_family_size"));
  EXPECT_THAT(lines[1], ::testing::StartsWith("3,L0H1,"));
  EXPECT_THAT(lines[1], HasSubstr(",\"made,pair\",1,3,"));
  EXPECT_THAT(lines[4], AllOf(::testing::StartsWith("4,L0H1,"), HasSubstr(",\"made,pair\",0,2,")));
  EXPECT_THAT(lines[6], AllOf(::testing::StartsWith("4,L5H0,"), ::testing::EndsWith(",1,,,,,,2")));
}

}  // namespace sweep_followed_test
}  // namespace tacet::store
