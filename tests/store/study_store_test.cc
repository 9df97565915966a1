// What a study needs of the database: clean trajectories and checks, read back.
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/columns.h"
#include "store/made_results.h"
#include "store/sweep_database.h"
#include "store/sweep_rows_made.h"
#include "support/temp_dir.h"
#include "tacet/error.h"

namespace tacet::store {
namespace study_store_test {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::made_trajectory;
using testing::query;
using testing::sweep_prompt;
using testing::TempDir;

/// Every number of a row, in order.
std::vector<double> numbers_of(const TrajectoryRow& row) {
  std::vector<double> numbers;
  visit_columns(row, [&numbers](const char*, const auto& value) {
    numbers.push_back(static_cast<double>(value));
  });
  return numbers;
}

class StudyStore : public ::testing::Test {
 protected:
  SweepDatabase open() { return SweepDatabase::open_for_writing(file_); }

  TempDir folder_;
  std::filesystem::path file_ = folder_ / "a.db";
};

TEST_F(StudyStore, GivesBackATrajectory) {
  TrajectoryResult made = made_trajectory();
  made.layers.resize(12, made.layers.front());  // so that blocks sort as numbers, not as text
  double number = 0.1;
  for (TrajectoryRow& row : made.layers) row.mean = number /= 3;
  SweepDatabase database = open();
  const auto run = database.run_of(Model::mini(), made.prompt, "", {});
  EXPECT_FALSE(database.trajectory(run).has_value());
  database.write(run, made);
  const std::optional<StoredTrajectory> found = database.trajectory(run);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(numbers_of(found->embedding), numbers_of(made.embedding));
  EXPECT_EQ(numbers_of(found->final_norm), numbers_of(made.final_norm));
  ASSERT_EQ(found->layers.size(), made.layers.size());
  for (std::size_t i = 0; i < made.layers.size(); ++i) {
    EXPECT_EQ(numbers_of(found->layers[i]), numbers_of(made.layers[i])) << i;
  }
  EXPECT_FALSE(database.trajectory(run + 1).has_value());
}

TEST_F(StudyStore, SaysWhichTrajectoryIsDamaged) {
  for (const char* const damage :
       {"DELETE FROM trajectories WHERE state = 0", "DELETE FROM trajectories WHERE state = 'ln_f'",
        "DELETE FROM trajectories WHERE state = 'embedding'",
        "DELETE FROM trajectories WHERE depth > 1",
        "UPDATE trajectories SET state = 7 WHERE depth = 2",
        "UPDATE trajectories SET depth = 40 WHERE state = 'ln_f'"}) {
    std::filesystem::remove(file_);
    {
      SweepDatabase database = open();
      database.write(database.run_of(Model::mini(), sweep_prompt(0), "", {}), made_trajectory());
    }
    query(file_, damage);
    const SweepDatabase database = SweepDatabase::open_for_reading(file_);
    try {
      database.trajectory(1);
      FAIL() << damage;
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), HasSubstr("trajectory of run 1")) << damage;
    }
  }
}

TEST_F(StudyStore, KeepsTheChecksOfEachRun) {
  SweepDatabase database = open();
  const auto first = database.run_of(Model::mini(), sweep_prompt(0), "", {});
  const auto second = database.run_of(Model::mini(), sweep_prompt(1), "", {});
  const std::vector<StoredCheck> made = {{"late_rise", "holds", R"({"rise":0.5})"},
                                         {"early_fall", "in_part", "{}"}};
  EXPECT_TRUE(database.checks(first).empty());
  database.write(first, made);
  database.write(second, std::vector<StoredCheck>{{"late_rise", "does_not_hold", "{}"}});
  EXPECT_EQ(database.checks(first), made);
  // Written again: the new outcome, no second row, and others stay.
  database.write(first, std::vector<StoredCheck>{{"early_fall", "holds", "[]"}});
  EXPECT_THAT(database.checks(first),
              ElementsAre(made.front(), StoredCheck{"early_fall", "holds", "[]"}));
  EXPECT_EQ(database.checks(second).size(), 1U);
}

}  // namespace study_store_test
}  // namespace tacet::store
