#include "store/sweep_database.h"

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/made_results.h"
#include "store/result_json.h"
#include "store/sweep_rows_made.h"
#include "support/temp_dir.h"
#include "support/tiny_model.h"
#include "tacet/error.h"
#include "tacet/version.h"

namespace tacet::store {
namespace sweep_database_test {

using testing::bytes_of;
using testing::contents;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::made_silence;
using testing::names_in;
using testing::query;
using testing::sweep_heads;
using testing::sweep_prompt;
using testing::sweep_result;
using testing::sweep_trajectory;
using testing::TempDir;
using testing::text_of;
using testing::write_sweep;

SweepOutcome as_outcome(const SilenceResult& result) {
  return {.spec = spec_of(result.intervention),
          .heads = result.intervention.heads,
          .values_changed = result.values_changed,
          .layers = result.layers,
          .final_norm = result.final_norm,
          .ripple = result.ripple,
          .followed = result.followed};
}

TEST(SweepDatabase, GivesBackEveryBit) {
  const TempDir folder;
  SilenceResult joint = made_silence();  // with an unchanged row, infinities and tiny numbers
  joint.layers[2].sd_delta = std::numeric_limits<double>::denorm_min();
  joint.layers[2].mean_clean = std::numeric_limits<double>::max();
  joint.layers[2].norm_ratio = 9007199254740992.0;
  SilenceResult plain = made_silence();
  plain.intervention.heads = {{0, 11}};
  plain.final_norm = std::nullopt;
  plain.ripple.onset = std::nullopt;
  plain.ripple.persistence = std::nullopt;
  plain.values_changed = std::int64_t{1} << 40;
  {
    SweepDatabase database = SweepDatabase::open_for_writing(folder / "a.db");
    const auto run = database.run_of(Model::mini(), joint.prompt, "id", {});
    database.write(run, joint);
    database.write(run, plain);
  }
  EXPECT_THAT(names_in(folder.path()), ElementsAre("a.db"));
  const SweepDatabase database = SweepDatabase::open_for_reading(folder / "a.db");
  const std::vector<SweepOutcome> outcomes = database.outcomes(1);
  ASSERT_EQ(outcomes.size(), 2U);
  EXPECT_EQ(outcomes[0].spec, "L0H11");  // in the order of heads, not of writing
  EXPECT_EQ(text_of(outcomes[0]), text_of(as_outcome(plain)));
  EXPECT_EQ(text_of(outcomes[1]), text_of(as_outcome(joint)));
}

TEST(SweepDatabase, StoresInfinitiesAndMissingNumbersAsSqlHasThem) {
  const TempDir folder;
  {
    SweepDatabase database = SweepDatabase::open_for_writing(folder / "a.db");
    database.write(database.run_of(Model::mini(), made_silence().prompt, "", {}), made_silence());
  }
  EXPECT_THAT(query(folder / "a.db", "SELECT count(*) FROM effects WHERE t = -9e999").rows,
              ElementsAre(ElementsAre("1")));
  EXPECT_THAT(query(folder / "a.db", "SELECT layer FROM effects WHERE cohen_dz = 9e999").rows,
              ElementsAre(ElementsAre("2")));
  EXPECT_THAT(query(folder / "a.db",
                    "SELECT typeof(t), typeof(p), significant, effect, n_pairs FROM "
                    "effects WHERE layer = 0")
                  .rows,
              ElementsAre(ElementsAre("null", "null", "0", "unchanged", "6")));
}

TEST(SweepDatabase, RefusesNan) {
  const TempDir folder;
  SweepDatabase database = SweepDatabase::open_for_writing(folder / "a.db");
  const auto run = database.run_of(Model::mini(), made_silence().prompt, "", {});
  SilenceResult result = made_silence();
  result.layers[2].ci_low = std::numeric_limits<double>::quiet_NaN();
  try {
    database.write(run, result);
    FAIL();
  } catch (const NumericError& error) {
    EXPECT_THAT(error.what(), HasSubstr(":ci_low' is not a number"));
  }
  EXPECT_TRUE(database.outcomes(run).empty());  // nothing of it was kept
  database.write(run, made_silence());
  EXPECT_EQ(database.outcomes(run).size(), 1U);
}

TEST(SweepDatabase, NamesItsColumnsAsTheJsonDoes) {
  const TempDir folder;
  { const SweepDatabase database = SweepDatabase::open_for_writing(folder / "a.db"); }
  const auto keys_of = [](const Json& json) {
    std::vector<std::string> keys;
    for (const auto& item : json.items()) keys.push_back(item.key());
    return keys;
  };
  const auto columns_of = [&](const std::string& table, std::size_t skip) {
    auto columns = query(folder / "a.db", "SELECT * FROM " + table).columns;
    columns.erase(columns.begin(), columns.begin() + static_cast<std::ptrdiff_t>(skip));
    return columns;
  };
  const auto layer_keys = keys_of(layer_json({}, ""));
  EXPECT_EQ(columns_of("effects", 2), layer_keys);
  EXPECT_EQ(columns_of("final_norms", 2), layer_keys);
  EXPECT_EQ(columns_of("trajectories", 3), keys_of(trajectory_row_json({}, "")));
  auto ripple_columns = columns_of("ripples", 2);
  EXPECT_EQ(ripple_columns.back(), "values_changed");
  ripple_columns.pop_back();
  EXPECT_EQ(ripple_columns, keys_of(silence_json(made_silence(), {}).at("ripple")));
}

TEST(SweepDatabase, KnowsItsRuns) {
  const TempDir folder;
  RunSettings settings;
  settings.states = StatesKind::hf;
  settings.cosine = Cosine::no_rogue;
  settings.rogue_dimensions = 12;
  settings.pairs = PairsKind::all;
  settings.exclude_first = true;
  settings.test = tacet::Test::independent;
  settings.alpha = 0.1 + 0.2;
  settings.correction = Correction::holm;
  settings.family = Family::sweep;
  settings.mode = {0.1F};
  settings.positions = {1, 3};
  settings.follow = {"pineapple,pizza", "\"quoted\", pizza#2"};
  const Model model = Model::mini();
  {
    SweepDatabase database = SweepDatabase::open_for_writing(folder / "a.db");
    EXPECT_EQ(database.run_of(model, sweep_prompt(0), "first", settings, "g"), 1);
    // Without id and group they stay.
    EXPECT_EQ(database.run_of(model, sweep_prompt(0), "", settings), 1);
    EXPECT_EQ(database.run_of(model, sweep_prompt(1), "", {}), 2);
    database.write(2, sweep_result(1, {2, 0}));
  }
  const SweepDatabase database = SweepDatabase::open_for_reading(folder / "a.db");
  const std::vector<StoredRun> runs = database.runs();
  ASSERT_EQ(runs.size(), 2U);
  const StoredRun& run = runs[0];
  EXPECT_EQ(run.id, 1);
  EXPECT_EQ(run.prompt_id, "first");
  EXPECT_EQ(run.prompt_group, "g");
  EXPECT_EQ(run.prompt.text, sweep_prompt(0).text);
  ASSERT_EQ(run.prompt.tokens.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {  // one of them is half a character
    EXPECT_EQ(run.prompt.tokens[i].id, sweep_prompt(0).tokens[i].id);
    EXPECT_EQ(run.prompt.tokens[i].text, sweep_prompt(0).tokens[i].text);
  }
  EXPECT_EQ(run.settings, settings);
  EXPECT_EQ(run.model_id, "mini");
  EXPECT_EQ(run.model_fingerprint, model.fingerprint());
  EXPECT_EQ(run.model_dtype, model.dtype());
  EXPECT_EQ(run.n_layer, model.config().n_layer);
  EXPECT_EQ(run.n_head, model.config().n_head);
  EXPECT_EQ(run.d_model, model.config().d_model);
  EXPECT_EQ(run.tool_version, kVersion);
  EXPECT_EQ(run.n_interventions, 0);
  EXPECT_EQ(runs[1].prompt_group, "");
  EXPECT_EQ(runs[1].n_interventions, 1);
  EXPECT_EQ(runs[1].settings, RunSettings());
}

TEST(SweepDatabase, GoesOnWhereItWas) {
  const TempDir folder;
  {
    SweepDatabase whole = SweepDatabase::open_for_writing(folder / "whole.db");
    for (const int number : {0, 1}) write_sweep(whole, number);
  }
  {
    SweepDatabase first = SweepDatabase::open_for_writing(folder / "parts.db");
    const auto run = first.run_of(Model::mini(), sweep_prompt(0), "", {});
    EXPECT_FALSE(first.has_trajectory(run));
    first.write(run, sweep_trajectory(0));
    EXPECT_TRUE(first.has_trajectory(run));
    for (const Head head : {Head{0, 0}, Head{0, 1}}) first.write(run, sweep_result(0, head));
    EXPECT_EQ(first.finished(run), (std::set<std::string>{"L0H0", "L0H1"}));
  }
  {
    SweepDatabase second = SweepDatabase::open_for_writing(folder / "parts.db");
    for (const int number : {0, 1}) write_sweep(second, number);
    EXPECT_EQ(second.finished(1).size(), sweep_heads().size());
  }
  EXPECT_EQ(contents(folder / "parts.db"), contents(folder / "whole.db"));
}

TEST(SweepDatabase, ReplacesAResultThatIsWrittenAgain) {
  const TempDir folder;
  SweepDatabase database = SweepDatabase::open_for_writing(folder / "a.db");
  const auto run = write_sweep(database, 0);
  const std::string before = contents(folder / "a.db");
  database.write(run, sweep_trajectory(0));
  for (const Head head : sweep_heads()) database.write(run, sweep_result(0, head));
  EXPECT_EQ(contents(folder / "a.db"), before);
}

TEST(SweepDatabase, KeepsTheTestsBesideInTheirOrder) {
  const TempDir folder;
  SweepDatabase database = SweepDatabase::open_for_writing(folder / "a.db");
  const Model model = Model::mini();
  const auto run = database.run_of(model, sweep_prompt(0), "", {});
  SilenceResult result = sweep_result(0, {1, 0});
  TestResult paired;
  paired.name = tacet::Test::paired;
  TestResult swap;
  swap.name = tacet::Test::token_swap;
  swap.statistic = -2.5;
  swap.p = 1e-300;
  swap.log10_p = -300;
  swap.significant = true;
  swap.note = "4 tokens moved";
  swap.token_share = {0.1, 1.0 / 3, -0.25};
  result.layers[2].tests = {swap, paired};
  result.final_norm->tests = {paired};
  database.write(run, result);
  database.write(run, result);  // in place of the first
  const std::vector<SweepOutcome> outcomes = database.outcomes(run);
  const std::vector<TestResult>& tests = outcomes.front().layers[2].tests;
  ASSERT_EQ(tests.size(), 2U);
  EXPECT_EQ(tests[0].name, tacet::Test::token_swap);
  EXPECT_EQ(tests[0].statistic, swap.statistic);
  EXPECT_EQ(tests[0].p, swap.p);
  EXPECT_EQ(tests[0].log10_p, swap.log10_p);
  EXPECT_TRUE(tests[0].significant);
  EXPECT_EQ(tests[0].note, swap.note);
  EXPECT_EQ(tests[0].token_share, swap.token_share);
  EXPECT_EQ(tests[1].name, tacet::Test::paired);
  EXPECT_FALSE(tests[1].p);
  EXPECT_EQ(outcomes.front().final_norm->tests.size(), 1U);
  EXPECT_TRUE(outcomes.front().layers[1].tests.empty());
}

TEST(SweepDatabase, NeverMixesRunsThatDiffer) {
  const TempDir folder;
  SweepDatabase database = SweepDatabase::open_for_writing(folder / "a.db");
  const Model model = Model::mini();
  const std::vector<std::function<void(RunSettings&)>> changes = {
      [](RunSettings& s) { s.states = StatesKind::hf; },
      [](RunSettings& s) { s.cosine = Cosine::centred; },
      [](RunSettings& s) {
        s.cosine = Cosine::no_rogue;
        s.rogue_dimensions = 1;
      },
      [](RunSettings& s) {
        s.cosine = Cosine::no_rogue;
        s.rogue_dimensions = 2;
      },
      [](RunSettings& s) { s.pairs = PairsKind::all; },
      [](RunSettings& s) { s.exclude_first = true; },
      [](RunSettings& s) { s.noise_draws = 8; },
      [](RunSettings& s) { s.test = tacet::Test::independent; },
      [](RunSettings& s) { s.tests_beside = {tacet::Test::token_swap}; },
      [](RunSettings& s) {
        s.tests_beside = {tacet::Test::token_swap, tacet::Test::dyadic};
      },
      [](RunSettings& s) { s.resampling.seed = 2; },
      [](RunSettings& s) { s.resampling.draws = 99; },
      [](RunSettings& s) { s.alpha = std::nextafter(0.05, 1.0); },
      [](RunSettings& s) { s.correction = Correction::bh; },
      [](RunSettings& s) { s.family = Family::reachable; },
      [](RunSettings& s) { s.mode.scale = 1e-7F; },
      [](RunSettings& s) { s.mode = parse_slice_mode("negate"); },
      [](RunSettings& s) { s.mode = parse_slice_mode("position-mean"); },
      [](RunSettings& s) {
        s.reference = {"a.txt", "0123456789abcdef", 3, std::nullopt};
      },
      [](RunSettings& s) {
        s.reference = {"a.txt", "0123456789abcdef", 3, 7};
      },
      [](RunSettings& s) { s.follow = {"a,b"}; },
      [](RunSettings& s) {
        s.follow = {"a,b", "a,c"};
      },
      [](RunSettings& s) { s.positions = {0}; },
      [](RunSettings& s) {
        s.positions = {0, 1};
      }};
  std::set<std::int64_t> runs = {database.run_of(model, sweep_prompt(0), "", {})};
  for (const auto& change : changes) {
    RunSettings settings;
    change(settings);
    const auto run = database.run_of(model, sweep_prompt(0), "", settings);
    EXPECT_EQ(database.run_of(model, sweep_prompt(0), "", settings), run);
    runs.insert(run);
  }
  runs.insert(database.run_of(model, sweep_prompt(1), "", {}));
  const testing::TinyModel other({.n_layer = 3});
  runs.insert(database.run_of(other.model, sweep_prompt(0), "", {}));
  EXPECT_EQ(runs.size(), changes.size() + 3);
  // What a prompt is called does not matter.
  EXPECT_EQ(database.run_of(model, sweep_prompt(0), "another id", {}), 1);
}

TEST(SweepDatabase, RollsBackWhatWasNotCommitted) {
  const TempDir folder;
  {
    SweepDatabase database = SweepDatabase::open_for_writing(folder / "a.db");
    const auto run = database.run_of(Model::mini(), sweep_prompt(0), "", {});
    database.begin();
    database.write(run, sweep_result(0, {0, 0}));
    database.write(run, sweep_result(0, {0, 1}));
    database.commit();
    database.begin();
    database.write(run, sweep_result(0, {1, 0}));
    EXPECT_EQ(database.finished(run).size(), 3U);
  }
  SweepDatabase database = SweepDatabase::open_for_writing(folder / "a.db");
  EXPECT_EQ(database.finished(1), (std::set<std::string>{"L0H0", "L0H1"}));
  EXPECT_THROW(database.commit(), OutputError);
  database.begin();
  EXPECT_THROW(database.begin(), OutputError);
}

TEST(SweepDatabase, KeepsAFailedResultOutOfAnOpenTransaction) {
  const TempDir folder;
  SweepDatabase database = SweepDatabase::open_for_writing(folder / "a.db");
  const auto run = database.run_of(Model::mini(), sweep_prompt(0), "", {});
  database.begin();
  database.write(run, sweep_result(0, {0, 0}));
  SilenceResult bad = sweep_result(0, {0, 1});
  bad.layers.back().mean_delta = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(database.write(run, bad), NumericError);
  database.commit();
  EXPECT_EQ(database.finished(run), std::set<std::string>{"L0H0"});
}

TEST(SweepDatabase, CanBeCopiedAloneAfterACheckpoint) {
  const TempDir folder;
  SweepDatabase database = SweepDatabase::open_for_writing(folder / "a.db");
  write_sweep(database, 0);
  EXPECT_TRUE(database.checkpoint());
  std::filesystem::copy_file(folder / "a.db", folder / "copy.db");
  EXPECT_EQ(SweepDatabase::open_for_reading(folder / "copy.db").outcomes(1).size(),
            sweep_heads().size());
}

TEST(SweepDatabase, RemovesARunWithAllItsRows) {
  const TempDir folder;
  {
    SweepDatabase database = SweepDatabase::open_for_writing(folder / "a.db");
    for (const int number : {0, 1}) write_sweep(database, number);
  }
  query(folder / "a.db", "PRAGMA foreign_keys = ON; DELETE FROM runs WHERE id = 1");
  for (const char* const table : {"ripples", "effects", "final_norms", "trajectories", "tokens"}) {
    const auto rows =
        query(folder / "a.db", std::string("SELECT DISTINCT run_id FROM ") + table).rows;
    EXPECT_THAT(rows, ElementsAre(ElementsAre("2"))) << table;
  }
  EXPECT_TRUE(query(folder / "a.db", "PRAGMA foreign_key_check").rows.empty());
}

TEST(SweepDatabase, HasAnIndexForEveryQuestion) {
  const TempDir folder;
  { const SweepDatabase database = SweepDatabase::open_for_writing(folder / "a.db"); }
  for (const char* const sql :
       {"SELECT * FROM ripples WHERE run_id = 1 ORDER BY late_delta LIMIT 10",
        "SELECT * FROM ripples WHERE run_id = 1 AND onset = 4",
        "SELECT * FROM effects WHERE run_id = 1 AND layer = 3 ORDER BY mean_delta",
        "SELECT * FROM effects WHERE run_id = 1 AND intervention_id = 2",
        "SELECT * FROM effects WHERE intervention_id = 2 AND layer = 3",
        "SELECT * FROM ripples WHERE intervention_id = 2",
        "SELECT * FROM interventions WHERE spec = 'L3H5'"}) {
    const auto plan = query(folder / "a.db", std::string("EXPLAIN QUERY PLAN ") + sql).rows;
    ASSERT_FALSE(plan.empty());
    for (const auto& step : plan) EXPECT_THAT(step.back(), HasSubstr("SEARCH")) << sql;
  }
}

}  // namespace sweep_database_test
}  // namespace tacet::store
