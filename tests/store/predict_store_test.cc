// Predictions and patches in a database: every number comes back, bit for bit, and what is damaged
// is told.
#include <cmath>
#include <filesystem>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/patch_json.h"
#include "store/predict_json.h"
#include "store/predict_rows_made.h"
#include "store/sweep_database.h"
#include "store/sweep_rows_made.h"
#include "support/temp_dir.h"
#include "tacet/error.h"
#include "tacet/export.h"
#include "tacet/version.h"

namespace tacet::store {
namespace predict_store_test {

namespace fs = std::filesystem;
using Outcome = WrittenRun::Outcome;
using ::testing::HasSubstr;
using testing::made_patch;
using testing::made_predict;
using testing::query;
using testing::TempDir;

/// JSON has the shortest decimals that give a number back, so that equal texts are equal bits.
std::string text_of(const PredictResult& result) {
  return to_json(result, Model::mini());
}
std::string text_of(const PatchResult& result) {
  return to_json(result, Model::mini());
}

class PredictStore : public ::testing::Test {
 protected:
  /// The error of reading run 1 after `sql` has changed the file.
  std::string error_after(const std::string& sql, bool of_patch) {
    const fs::path changed = folder_ / "changed.db";
    fs::copy_file(file_, changed, fs::copy_options::overwrite_existing);
    query(changed, "PRAGMA foreign_keys = ON; " + sql);
    try {
      const SweepDatabase database = SweepDatabase::open_for_reading(changed);
      if (of_patch) {
        database.patch(1);
      } else {
        database.predict(1);
      }
    } catch (const InputError& error) {
      return error.what();
    }
    return "no InputError";
  }

  TempDir folder_;
  fs::path file_ = folder_ / "a.db";
};

TEST_F(PredictStore, GivesBackEveryNumber) {
  const PredictResult result = made_predict();
  {
    SweepDatabase database = SweepDatabase::open_for_writing(file_);
    const WrittenRun written = database.write(Model::mini(), result, "berlin", "capitals");
    EXPECT_EQ(written.id, 1);
    EXPECT_EQ(written.outcome, Outcome::made);
  }
  const SweepDatabase database = SweepDatabase::open_for_reading(file_);
  const StoredPredict stored = database.predict(1);
  EXPECT_EQ(text_of(stored.result), text_of(result));
  EXPECT_EQ(to_csv(stored.result), to_csv(result));
  EXPECT_EQ(stored.run.prompt_id, "berlin");
  EXPECT_EQ(stored.run.prompt_group, "capitals");
  EXPECT_EQ(stored.run.tool_version, kVersion);
  EXPECT_EQ(predict_json(stored.result, stored.run.model, stored.run.tool_version),
            text_of(result));
  EXPECT_EQ(stored.result.clean.target.token.text,
            "\xff"
            "5");
  const SliceMode& mode = stored.result.interventions.back().intervention.mode;
  ASSERT_NE(mode.values, nullptr);
  EXPECT_EQ(mode.values->reference(),
            result.interventions.back().intervention.mode.values->reference());
  EXPECT_EQ(stored.result.interventions[384].intervention, result.interventions[384].intervention);
}

TEST_F(PredictStore, GivesBackAPredictionWithoutContrast) {
  PredictResult result = made_predict();
  result.interventions.resize(2);
  for (Prediction* const one :
       {&result.clean, &result.interventions[0].prediction, &result.interventions[1].prediction}) {
    one->others.clear();
    one->contrast.reset();
    one->logit_diff.reset();
  }
  SweepDatabase database = SweepDatabase::open_for_writing(file_);
  database.write(Model::mini(), result);
  EXPECT_EQ(text_of(database.predict(1).result), text_of(result));
}

TEST_F(PredictStore, GivesBackEveryPatch) {
  SweepDatabase database = SweepDatabase::open_for_writing(file_);
  std::int64_t run = 0;
  for (const PatchBy by : {PatchBy::head, PatchBy::head_position, PatchBy::block_position}) {
    for (const std::size_t n_pairs : {std::size_t{1}, std::size_t{3}}) {
      const PatchResult result = made_patch(n_pairs, by);
      EXPECT_EQ(database.write(Model::mini(), result).id, ++run);
      const StoredPatch stored = database.patch(run);
      EXPECT_EQ(text_of(stored.result), text_of(result));
      EXPECT_EQ(to_csv(stored.result), to_csv(result));
      EXPECT_EQ(stored.result.pairs.front().pair.target.text, "\xc3");
    }
  }
  EXPECT_EQ(database.runs_of(Experiment::patch).size(), 6U);
}

TEST_F(PredictStore, KeepsTheSameResultAndReplacesAnother) {
  SweepDatabase database = SweepDatabase::open_for_writing(file_);
  PredictResult result = made_predict();
  PatchResult patched = made_patch(2, PatchBy::head);
  database.write(Model::mini(), result);
  database.write(Model::mini(), patched);
  const std::string before = testing::contents(file_);
  EXPECT_EQ(database.write(Model::mini(), result).outcome, Outcome::kept);
  EXPECT_EQ(database.write(Model::mini(), patched).outcome, Outcome::kept);
  EXPECT_EQ(testing::contents(file_), before);
  result.interventions.back().kl = 0.25;
  patched.cells.back().logit_diff = 0.5;
  const WrittenRun again = database.write(Model::mini(), result, "name");
  EXPECT_EQ(again.id, 1);
  EXPECT_EQ(again.outcome, Outcome::replaced);
  EXPECT_EQ(database.write(Model::mini(), patched).outcome, Outcome::replaced);
  EXPECT_EQ(text_of(database.predict(1).result), text_of(result));
  EXPECT_EQ(text_of(database.patch(2).result), text_of(patched));
  EXPECT_EQ(database.predict(1).run.prompt_id, "name");
}

TEST_F(PredictStore, TellsRunsApartByWhatWasAsked) {
  SweepDatabase database = SweepDatabase::open_for_writing(file_);
  const PredictResult result = made_predict();
  EXPECT_EQ(database.write(Model::mini(), result).id, 1);
  PredictResult other = result;
  other.interventions.pop_back();
  EXPECT_EQ(database.write(Model::mini(), other).id, 2);
  other = result;
  other.interventions.back().intervention.mode = parse_slice_mode("negate");
  EXPECT_EQ(database.write(Model::mini(), other).id, 3);
  other = result;
  other.position = 2;
  EXPECT_EQ(database.write(Model::mini(), other).id, 4);
  PatchResult patched = made_patch(1, PatchBy::head);
  EXPECT_EQ(database.write(Model::mini(), patched).id, 5);
  patched.direction = PatchDirection::denoise;
  EXPECT_EQ(database.write(Model::mini(), patched).id, 6);
  patched.pairs.front().pair.corrupt.tokens.back().id += 1;
  EXPECT_EQ(database.write(Model::mini(), patched).id, 7);
  // Sweeps see their own runs alone, of the same prompt too.
  EXPECT_TRUE(database.runs().empty());
  EXPECT_EQ(testing::write_sweep(database, 0), 8);
  EXPECT_EQ(database.runs().size(), 1U);
  EXPECT_EQ(database.runs_of(Experiment::predict).size(), 4U);
  EXPECT_EQ(database.runs_of(Experiment::patch).size(), 3U);
  EXPECT_THROW(database.predict(5), OutputError);
  EXPECT_THROW(database.patch(1), OutputError);
  EXPECT_THROW(database.predict(8), OutputError);
}

TEST_F(PredictStore, WritesAllOrNothing) {
  SweepDatabase database = SweepDatabase::open_for_writing(file_);
  const std::string before = testing::contents(file_);
  PredictResult result = made_predict();
  result.interventions.back().prediction.top.back().prob = std::nan("");
  EXPECT_THROW(database.write(Model::mini(), result), NumericError);
  PatchResult patched = made_patch(2, PatchBy::head);
  patched.cells.back().recovered = std::nan("");
  EXPECT_THROW(database.write(Model::mini(), patched), NumericError);
  EXPECT_EQ(testing::contents(file_), before);
  EXPECT_EQ(database.write(Model::mini(), made_predict()).id, 1);
}

TEST_F(PredictStore, LeavesNothingOfARunThatIsRemoved) {
  {
    SweepDatabase database = SweepDatabase::open_for_writing(file_);
    database.write(Model::mini(), made_predict());
    database.write(Model::mini(), made_patch(2, PatchBy::head));
  }
  query(file_, "PRAGMA foreign_keys = ON; DELETE FROM runs");
  for (const char* const table : {"predictions", "scores", "top_tokens", "patches", "patch_pairs",
                                  "patch_tokens", "patch_cells", "tokens"}) {
    EXPECT_TRUE(query(file_, fmt::format("SELECT * FROM {}", table)).rows.empty()) << table;
  }
}

TEST_F(PredictStore, TellsWhatNoPredictionHolds) {
  { SweepDatabase::open_for_writing(file_).write(Model::mini(), made_predict()); }
  for (const char* const sql : {"DELETE FROM predictions WHERE place = 3",
                                "DELETE FROM predictions WHERE place = 387",
                                "DELETE FROM predictions",
                                "DELETE FROM scores WHERE role = 'contrast' AND place = 2",
                                "DELETE FROM scores WHERE role = 'target' AND place = 0",
                                "DELETE FROM scores WHERE role = 'other' AND number = 0",
                                "UPDATE scores SET role = 'odd' WHERE role = 'contrast'",
                                "UPDATE scores SET token_id = 6 WHERE role = 'target'",
                                "DELETE FROM top_tokens WHERE rank = 3 AND place = 1",
                                "DELETE FROM top_tokens WHERE rank = 1",
                                "UPDATE scores SET prob = 'x'",
                                "UPDATE predictions SET mode = 'mean' WHERE place = 2",
                                "UPDATE predictions SET intervention_id = 1",
                                "UPDATE predictions SET kl = 'x'",
                                "UPDATE predictions SET logit_diff = NULL",
                                "UPDATE runs SET settings = '{}'",
                                "UPDATE runs SET settings = replace(settings, 'zero', 'odd')",
                                "UPDATE runs SET settings = replace(settings, 'L1H2', 'L99H2')",
                                "UPDATE runs SET settings = settings || ' '",
                                "UPDATE runs SET settings = replace(settings, '[5,', '[')"}) {
    EXPECT_THAT(error_after(sql, /*of_patch=*/false), HasSubstr("the database is damaged ("))
        << sql;
  }
}

TEST_F(PredictStore, TellsWhatNoPatchHolds) {
  { SweepDatabase::open_for_writing(file_).write(Model::mini(), made_patch(2, PatchBy::head)); }
  for (const char* const sql :
       {"DELETE FROM patches", "DELETE FROM patch_pairs WHERE pair = 0",
        "DELETE FROM patch_pairs WHERE pair = 1", "DELETE FROM patch_cells WHERE place = 1",
        "DELETE FROM patch_cells", "DELETE FROM patch_tokens WHERE position = 1",
        "DELETE FROM patch_tokens WHERE position = 3",
        "UPDATE patch_tokens SET side = 'odd' WHERE side = 'clean'",
        "UPDATE patches SET by = 'odd'", "UPDATE patches SET direction = 'denoise'",
        "UPDATE patch_pairs SET target_id = 9", "UPDATE patch_cells SET logit_diff = 'x'"}) {
    EXPECT_THAT(error_after(sql, /*of_patch=*/true), HasSubstr("the database is damaged (")) << sql;
  }
}

}  // namespace predict_store_test
}  // namespace tacet::store
