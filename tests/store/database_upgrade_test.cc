// Databases of older versions: brought to this one, whole, with a copy kept; or read as they are.
#include <filesystem>
#include <iostream>
#include <memory>
#include <set>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "store/old_database.h"
#include "store/sweep_database.h"
#include "store/sweep_rows_made.h"
#include "support/process.h"
#include "support/temp_dir.h"
#include "tacet/error.h"

namespace tacet::store {
namespace database_upgrade_test {

namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::bytes_of;
using testing::Child;
using testing::contents;
using ::testing::ElementsAre;
using testing::FileSizeLimit;
using testing::Followed;
using ::testing::HasSubstr;
using testing::make_old_database;
using testing::names_in;
using testing::OrdinaryUser;
using testing::query;
using testing::TempDir;
using testing::write_sweep;

/// What a database of this version with the same sweeps holds; without the pairs that are followed
/// where the older version had no place for them.
std::string new_contents(bool with_followed) {
  const TempDir folder;
  {
    SweepDatabase database = SweepDatabase::open_for_writing(folder / "a.db");
    for (const int number : {0, 1}) write_sweep(database, number);
  }
  if (!with_followed) query(folder / "a.db", "DELETE FROM followed");
  return contents(folder / "a.db");
}

/// Every table's columns and keys, and every index's columns, as SQLite understands them.
std::string layout_of(const fs::path& file) {
  std::string text;
  const auto names = query(file, "SELECT type, name FROM sqlite_master ORDER BY type, name");
  for (const auto& row : names.rows) {
    text += row[0] + " " + row[1] + "\n";
    for (const char* const pragma :
         {"table_xinfo", "foreign_key_list", "index_list", "index_xinfo"}) {
      const auto found = query(file, fmt::format("PRAGMA {}('{}')", pragma, row[1]));
      for (const auto& line : found.rows) {
        for (const std::string& field : line) text += field + "|";
        text += "\n";
      }
    }
  }
  return text;
}

std::string version_of(const fs::path& file) {
  return query(file, "PRAGMA user_version").rows.front().front();
}

/// Every outcome of every sweep that can be read, bit by bit.
std::string outcomes_in(const SweepDatabase& database) {
  std::string text;
  for (const StoredRun& run : database.runs()) {
    for (const SweepOutcome& one : database.outcomes(run.id)) text += testing::text_of(one) + "\n";
  }
  return text;
}

std::string writing_error(const fs::path& file) {
  try {
    SweepDatabase::open_for_writing(file);
  } catch (const OutputError& error) {
    return error.what();
  }
  return "no OutputError";
}

struct OldVersion {
  int version;
  Followed followed;
};

class DatabaseUpgrade : public ::testing::TestWithParam<OldVersion> {
 protected:
  DatabaseUpgrade() { make_old_database(file_, GetParam().version, GetParam().followed); }

  bool has_followed() const {
    return GetParam().version == 3 && GetParam().followed == Followed::with;
  }

  TempDir folder_;
  fs::path file_ = folder_ / "a.db";
  std::string copy_name_ = fmt::format("a.db.v{}", GetParam().version);
};

TEST_P(DatabaseUpgrade, HoldsWhatItHeldInTablesOfThisVersion) {
  ASSERT_EQ(version_of(file_), std::to_string(GetParam().version));
  {
    const SweepDatabase database = SweepDatabase::open_for_writing(file_);
    ASSERT_TRUE(database.upgrade().has_value());
    EXPECT_EQ(database.upgrade()->from, GetParam().version);
    EXPECT_EQ(database.upgrade()->copy, folder_ / copy_name_);
  }
  EXPECT_EQ(version_of(file_), "4");
  EXPECT_EQ(contents(file_), new_contents(has_followed()));
  EXPECT_EQ(query(file_, "SELECT DISTINCT experiment FROM runs").rows,
            (std::vector<std::vector<std::string>>{{"sweep"}}));
  { SweepDatabase::open_for_writing(folder_ / "new.db"); }
  EXPECT_EQ(layout_of(file_), layout_of(folder_ / "new.db"));
  EXPECT_TRUE(query(file_, "PRAGMA foreign_key_check").rows.empty());
  EXPECT_EQ(query(file_, "PRAGMA integrity_check").rows.front().front(), "ok");
  EXPECT_FALSE(SweepDatabase::open_for_writing(file_).upgrade().has_value());
}

TEST_P(DatabaseUpgrade, KeepsACopyWithTheFilesPermissions) {
  const TempDir other;
  make_old_database(other / "a.db", GetParam().version, GetParam().followed);
  fs::permissions(file_, fs::perms{0640});
  { SweepDatabase::open_for_writing(file_); }
  EXPECT_THAT(names_in(folder_.path()), ElementsAre("a.db", copy_name_));
  EXPECT_EQ(fs::status(folder_ / copy_name_).permissions(), fs::perms{0640});
  EXPECT_EQ(version_of(folder_ / copy_name_), std::to_string(GetParam().version));
  for (const char* const table : {"runs", "effects", "meta", "tests"}) {
    const std::string sql = fmt::format("SELECT * FROM {}", table);
    EXPECT_EQ(query(folder_ / copy_name_, sql).rows, query(other / "a.db", sql).rows) << table;
  }
}

TEST_P(DatabaseUpgrade, GoesOnWithItsSweeps) {
  SweepDatabase database = SweepDatabase::open_for_writing(file_);
  EXPECT_EQ(write_sweep(database, 1), 2);
  EXPECT_EQ(write_sweep(database, 2), 3);
  EXPECT_EQ(database.runs().size(), 3U);
  // The tables refer to each other as before.
  EXPECT_EQ(query(file_,
                  "PRAGMA foreign_keys = ON; DELETE FROM runs WHERE id = 1; SELECT count(*) "
                  "FROM effects WHERE run_id = 1")
                .rows.front()
                .front(),
            "0");
}

TEST_P(DatabaseUpgrade, IsNotNeededToRead) {
  const std::string before = bytes_of(file_);
  std::string outcomes;
  {
    const OrdinaryUser user(folder_.path());
    fs::permissions(folder_.path(), fs::perms{0500});
    const SweepDatabase database = SweepDatabase::open_for_reading(file_);
    outcomes = outcomes_in(database);
    EXPECT_FALSE(database.upgrade().has_value());
    EXPECT_TRUE(database.trajectory(1).has_value());
    EXPECT_TRUE(database.runs_of(Experiment::predict).empty());
  }
  EXPECT_THAT(names_in(folder_.path()), ElementsAre("a.db"));
  EXPECT_EQ(bytes_of(file_), before);
  fs::permissions(folder_.path(), fs::perms{0700});
  EXPECT_EQ(version_of(file_), std::to_string(GetParam().version));
  EXPECT_EQ(outcomes, outcomes_in(SweepDatabase::open_for_writing(file_)));
}

INSTANTIATE_TEST_SUITE_P(Versions, DatabaseUpgrade,
                         ::testing::Values(OldVersion{2, Followed::without},
                                           OldVersion{3, Followed::without},
                                           OldVersion{3, Followed::with}));

class OldDatabase : public ::testing::Test {
 protected:
  OldDatabase() { make_old_database(file_, 3); }

  TempDir folder_;
  fs::path file_ = folder_ / "a.db";
};

TEST_F(OldDatabase, LeavesACopyThatIsThereAsItIs) {
  const TempDir other;
  fs::copy_file(file_, other / "a.db");
  { SweepDatabase::open_for_writing(file_); }
  const std::string copy = bytes_of(folder_ / "a.db.v3");
  // The same file again, as after a kill between the copy and the upgrade.
  fs::copy_file(other / "a.db", file_, fs::copy_options::overwrite_existing);
  EXPECT_EQ(SweepDatabase::open_for_writing(file_).upgrade()->copy, folder_ / "a.db.v3");
  EXPECT_THAT(names_in(folder_.path()), ElementsAre("a.db", "a.db.v3"));
  // Another file under that name stays, whatever it is.
  fs::copy_file(other / "a.db", file_, fs::copy_options::overwrite_existing);
  query(file_, "UPDATE runs SET prompt_id = 'changed'");
  EXPECT_EQ(SweepDatabase::open_for_writing(file_).upgrade()->copy, folder_ / "a.db.v3-1");
  EXPECT_EQ(bytes_of(folder_ / "a.db.v3"), copy);
  EXPECT_EQ(query(folder_ / "a.db.v3-1", "SELECT prompt_id FROM runs").rows.front().front(),
            "changed");
}

TEST_F(OldDatabase, ThatWasKilledTakesWhatItsLogHolds) {
  Child child([&] {
    sqlite3* connection = nullptr;
    ::sqlite3_open(file_.c_str(), &connection);
    ::sqlite3_exec(connection, "UPDATE runs SET prompt_id = 'late' WHERE id = 2", nullptr, nullptr,
                   nullptr);
    return 0;  // without closing it
  });
  ASSERT_EQ(child.wait(), 0);
  ASSERT_TRUE(fs::exists(folder_ / "a.db-wal"));
  EXPECT_EQ(SweepDatabase::open_for_reading(file_).runs().back().prompt_id, "late");
  { SweepDatabase::open_for_writing(file_); }
  for (const char* const name : {"a.db", "a.db.v3"}) {
    EXPECT_EQ(query(folder_ / name, "SELECT prompt_id FROM runs WHERE id = 2").rows.front().front(),
              "late");
  }
  EXPECT_THAT(names_in(folder_.path()), ElementsAre("a.db", "a.db.v3"));
}

TEST_F(OldDatabase, IsUpgradedOnceThoughItsLogAloneSaysSo) {
  // A reader keeps the log from being folded in, and the writer is killed.
  sqlite3* opened = nullptr;
  ASSERT_EQ(::sqlite3_open(file_.c_str(), &opened), SQLITE_OK);
  const std::unique_ptr<sqlite3, int (*)(sqlite3*)> reader(opened, ::sqlite3_close);
  ::sqlite3_db_config(opened, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  ASSERT_EQ(::sqlite3_exec(opened, "BEGIN; SELECT * FROM runs", nullptr, nullptr, nullptr),
            SQLITE_OK);
  Child child([&]() -> int {
    const SweepDatabase database = SweepDatabase::open_for_writing(file_);
    ::_exit(database.upgrade() ? 7 : 8);
  });
  ASSERT_EQ(child.wait(), 7);
  ASSERT_EQ(::sqlite3_exec(opened, "COMMIT", nullptr, nullptr, nullptr), SQLITE_OK);
  ASSERT_GT(fs::file_size(folder_ / "a.db-wal"), 0U);
  ASSERT_EQ(bytes_of(file_)[63], 3);  // user_version in the file itself
  EXPECT_EQ(SweepDatabase::open_for_reading(file_).runs().size(), 2U);
  EXPECT_FALSE(SweepDatabase::open_for_writing(file_).upgrade().has_value());
  EXPECT_EQ(contents(file_), new_contents(/*with_followed=*/true));
}

TEST_F(OldDatabase, IsWholeWheneverTheUpgradeIsKilled) {
  const std::string outcomes = outcomes_in(SweepDatabase::open_for_reading(file_));
  const fs::path killed = folder_ / "killed.db";
  std::set<std::string> versions;
  for (useconds_t delay = 200; delay < 60'000 || (!versions.contains("4") && delay < 20'000'000);
       delay += delay / 3) {
    for (const char* const suffix : {"", "-wal", "-shm", ".v3"}) {
      fs::remove(fs::path(killed).concat(suffix));
    }
    fs::copy_file(file_, killed);
    Child child([&] {
      const SweepDatabase database = SweepDatabase::open_for_writing(killed);
      ::pause();
      return 0;
    });
    ::usleep(delay);
    child.kill();
    child.wait();
    const std::string version = version_of(killed);
    versions.insert(version);
    ASSERT_EQ(outcomes_in(SweepDatabase::open_for_reading(killed)), outcomes) << delay;
    const bool is_kept = fs::exists(folder_ / "killed.db.v3");
    ASSERT_TRUE(is_kept || version == "3") << delay;
    if (is_kept) {
      ASSERT_EQ(version_of(folder_ / "killed.db.v3"), "3") << delay;
    }
  }
  EXPECT_TRUE(versions.contains("4"));
}

TEST_F(OldDatabase, StaysAsItIsWhenItIsNotLaidOutAsItsVersionSays) {
  for (const char* const change :
       {"ALTER TABLE effects DROP COLUMN noise_floor", "ALTER TABLE runs DROP COLUMN model_sha256",
        "CREATE TABLE scores (a)", "DROP TABLE trajectories"}) {
    fs::remove(file_);
    make_old_database(file_, 3);
    query(file_, change);
    const std::string before = bytes_of(file_);
    EXPECT_THAT(writing_error(file_), HasSubstr("it is not laid out as its version says"))
        << change;
    EXPECT_THROW(SweepDatabase::open_for_reading(file_), InputError) << change;
    EXPECT_EQ(bytes_of(file_), before) << change;
    EXPECT_THAT(names_in(folder_.path()), ElementsAre("a.db")) << change;
  }
}

TEST_F(OldDatabase, IsUpgradedWithWhatSomebodyAddedToIt) {
  query(file_,
        "CREATE TABLE mine (a REFERENCES runs); INSERT INTO mine VALUES (1); CREATE VIEW seen AS "
        "SELECT prompt FROM runs");
  { SweepDatabase::open_for_writing(file_); }
  EXPECT_EQ(query(file_, "SELECT * FROM seen, mine").rows.size(), 2U);
}

TEST_F(OldDatabase, StaysAsItIsWhereTheCopyHasNoRoom) {
  const std::string before = bytes_of(file_);
  Child child([&] {
    const FileSizeLimit limit(40'000);  // enough for the files beside it
    const std::string message = writing_error(file_);
    const bool is_told = message.find("a.db.v3': File too large") != std::string::npos;
    if (!is_told) std::cerr << message << "\n";
    return is_told ? 0 : 1;
  });
  EXPECT_EQ(child.wait(), 0);
  EXPECT_THAT(names_in(folder_.path()), ElementsAre("a.db"));
  EXPECT_EQ(bytes_of(file_), before);
}

TEST_F(OldDatabase, IsNamedAsTheUserNamesIt) {
  fs::create_directory(folder_ / "links");
  fs::create_symlink(file_, folder_ / "links/b.db");
  EXPECT_EQ(SweepDatabase::open_for_writing(folder_ / "links/b.db").upgrade()->copy,
            fs::canonical(file_).concat(".v3"));
  EXPECT_THAT(names_in(folder_ / "links"), ElementsAre("b.db"));
  EXPECT_EQ(version_of(file_), "4");
}

}  // namespace database_upgrade_test
}  // namespace tacet::store
