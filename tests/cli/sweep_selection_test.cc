#include "cli/sweep_selection.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/sweep_writer.h"
#include "support/temp_dir.h"
#include "tacet/error.h"

namespace tacet::cli {
namespace sweep_selection_test {

using tacet::testing::TempDir;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A result of mini for one head, all of whose blocks are unchanged.
SilenceResult made_result(Head head) {
  SilenceResult result;
  result.intervention.heads = {head};
  result.ripple.cut_layer = head.layer;
  result.ripple.late_layers = {19, 20, 21, 22, 23};
  for (int layer = 0; layer < 24; ++layer) {
    LayerEffect row;
    row.layer = layer;
    row.n_pairs = 3;
    row.effect = Effect::unchanged;
    result.layers.push_back(row);
  }
  return result;
}

Prompt prompt_of(std::vector<std::int32_t> ids) {
  Prompt prompt;
  for (const std::int32_t id : ids) prompt.tokens.push_back({id, "x"});
  return prompt;
}

/// A database with runs of mini.
class Selection : public ::testing::Test {
 protected:
  /// The id of a run that holds these heads.
  std::int64_t add(std::vector<std::int32_t> ids, const std::vector<Head>& heads,
                   const store::RunSettings& settings = {}) {
    const std::int64_t run =
        database_.run_of(Model::mini(), prompt_of(std::move(ids)), "", settings);
    for (const Head head : heads) database_.write(run, made_result(head));
    return run;
  }
  SweepSelection select(std::optional<std::int64_t> id = std::nullopt,
                        const std::optional<std::string>& heads = std::nullopt) {
    return select_runs(database_, id, heads);
  }
  template <typename Error>
  std::string error_of(std::optional<std::int64_t> id, const std::optional<std::string>& heads) {
    try {
      select(id, heads);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error of this kind";
  }

  TempDir folder_;
  store::SweepDatabase database_ = store::SweepDatabase::open_for_writing(folder_ / "a.db");
};

TEST_F(Selection, RunsThatDifferInThePromptBelongTogether) {
  store::RunSettings other;
  other.alpha = 0.01;
  const auto a = add({1, 2, 3}, {{3, 5}, {4, 0}});
  const auto b = add({1, 2, 4}, {{3, 5}, {4, 0}});
  const auto c = add({1, 2, 3}, {{3, 5}, {4, 0}}, other);
  const SweepSelection all = select();
  EXPECT_THAT(all.ids, ElementsAre(a, b));
  EXPECT_THAT(all.specs, ElementsAre("L3H5", "L4H0"));
  ASSERT_EQ(all.remarks.size(), 1U);
  EXPECT_THAT(all.remarks[0], HasSubstr("other settings: run 3;"));
  EXPECT_THAT(select(c).ids, ElementsAre(c));
  EXPECT_THAT(select(c).remarks, IsEmpty());
}

TEST_F(Selection, PositionsAreAMatterOfEachPrompt) {
  store::RunSettings at_2;
  at_2.positions = {2};
  store::RunSettings at_3;
  at_3.positions = {3};
  const auto a = add({1, 2, 3}, {{3, 5}}, at_2);
  const auto b = add({1, 2, 3, 4}, {{3, 5}}, at_3);
  add({1, 2, 4}, {{3, 5}});           // at all tokens
  add({1, 2, 3, 4}, {{3, 5}}, at_2);  // this prompt is there already
  EXPECT_THAT(select().ids, ElementsAre(a, b));
}

TEST_F(Selection, UnfinishedRunsAreLeftOut) {
  add({9, 9, 9}, {});
  const auto b = add({1, 2, 3}, {{3, 5}});
  const auto c = add({1, 2, 4}, {{3, 5}, {4, 0}});
  const SweepSelection all = select();
  EXPECT_THAT(all.ids, ElementsAre(c));
  ASSERT_EQ(all.remarks.size(), 1U);
  EXPECT_THAT(all.remarks[0], HasSubstr("without some of the interventions"));
  // What is asked for decides what is finished.
  EXPECT_THAT(select(std::nullopt, "L3H5").ids, ElementsAre(b, c));
  EXPECT_THAT(select(std::nullopt, "3.5,L4H0").ids, ElementsAre(c));
}

TEST_F(Selection, WhatIsNotThere) {
  EXPECT_THAT(error_of<InputError>(std::nullopt, std::nullopt),
              HasSubstr("no results of a sweep yet"));
  add({9, 9, 9}, {});
  EXPECT_THAT(error_of<InputError>(std::nullopt, std::nullopt),
              HasSubstr("no results of a sweep yet"));
  add({1, 2, 3}, {{3, 5}});
  EXPECT_THAT(error_of<InputError>(7, std::nullopt),
              HasSubstr("no run 7 of a sweep; its runs of one are 1, 2"));
  EXPECT_THAT(error_of<InputError>(1, std::nullopt), HasSubstr("run 1 holds no results"));
  EXPECT_THAT(error_of<InputError>(std::nullopt, "L4H0"), HasSubstr("no run holds all of L4H0"));
  EXPECT_THAT(error_of<UsageError>(std::nullopt, "L24H0"), HasSubstr("24"));
}

TEST_F(Selection, AGroupOfRuns) {
  store::RunSettings other;
  other.alpha = 0.01;
  const auto a = add({1, 2, 3}, {{3, 5}, {4, 0}});
  const auto b = add({1, 2, 4}, {{4, 0}, {5, 1}});
  const auto c = add({1, 2, 5}, {{4, 0}}, other);
  const auto d = add({1, 2, 6}, {{9, 9}});
  const SweepSelection both = select_group(database_, {b, a}, std::nullopt);
  EXPECT_THAT(both.ids, ElementsAre(b, a));
  EXPECT_THAT(both.specs, ElementsAre("L4H0"));
  EXPECT_THAT(select_group(database_, {a, b}, "L4H0").specs, ElementsAre("L4H0"));
  EXPECT_THAT(select_group(database_, {a}, std::nullopt).specs, ElementsAre("L3H5", "L4H0"));
  const auto refused = [this](const std::vector<std::int64_t>& ids) {
    try {
      select_group(database_, ids, std::nullopt);
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  EXPECT_THAT(refused({a, c}), HasSubstr("another model or other settings; a comma compares them"));
  EXPECT_THAT(refused({a, d}), HasSubstr("hold no interventions in common"));
  EXPECT_THAT(refused({a, 99}), HasSubstr("no run 99"));
  EXPECT_THAT(refused({a, a}), HasSubstr("the same prompt"));
}

TEST_F(Selection, ReadingTakesWhatWasAskedForAlone) {
  const auto a = add({1, 2, 3}, {{3, 5}, {4, 0}, {5, 1}});
  const auto b = add({1, 2, 4}, {{3, 5}, {4, 0}});
  const store::SweepListing listing = read_sweep(database_, {a, b}, {"L3H5", "L4H0"});
  EXPECT_EQ(listing.runs.size(), 2U);
  EXPECT_EQ(listing.per_run.size(), 2U);
  ASSERT_EQ(listing.summary.heads.size(), 2U);
  EXPECT_EQ(listing.summary.heads[0].spec, "L3H5");
  EXPECT_EQ(listing.summary.heads[0].n_prompts, 2);
  EXPECT_EQ(listing.summary.family_size, 21 + 20);
  EXPECT_THROW(read_sweep(database_, {a, b}, {"L3H5", "L5H1"}), InputError);
}

TEST_F(Selection, TheWriterWritesWhatIsNotThere) {
  const auto run = add({1, 2, 3}, {});
  TrajectoryResult clean;
  clean.layers.resize(24);
  {
    SweepWriter writer(database_, {{.run = run, .has_trajectory = false}});
    const SweepSink sink = writer.sink();
    sink.trajectory(0, clean);
    sink.trajectory(0, clean);
    sink.result(0, 0, made_result({3, 5}));
    // Another reader sees it once it is committed.
    const auto reader = store::SweepDatabase::open_for_reading(folder_ / "a.db");
    EXPECT_THAT(reader.finished(run), IsEmpty());
    writer.commit();
    EXPECT_THAT(reader.finished(run), ElementsAre("L3H5"));
    writer.commit();
    sink.result(0, 1, made_result({3, 6}));
  }
  // What was not committed when the writer went is gone with the transaction.
}

}  // namespace sweep_selection_test
}  // namespace tacet::cli
