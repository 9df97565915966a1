// Files that are no database of tacet's, or no longer: told, and left as they are.
#include <algorithm>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "store/sweep_database.h"
#include "store/sweep_rows_made.h"
#include "support/temp_dir.h"
#include "tacet/error.h"

namespace tacet::store {
namespace bad_database_test {

namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::bytes_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::names_in;
using testing::query;
using testing::TempDir;
using testing::write_sweep;

void put_bytes(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

std::string writing_error(const fs::path& file) {
  try {
    SweepDatabase::open_for_writing(file);
  } catch (const OutputError& error) {
    return error.what();
  }
  return "no OutputError";
}

std::string reading_error(const fs::path& file) {
  try {
    SweepDatabase::open_for_reading(file).outcomes(1);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no InputError";
}

/// Both ways of opening say `problem`, name the file, and leave it and its folder as they were.
void expect_refused(const fs::path& file, const std::string& problem) {
  const std::string before = bytes_of(file);
  const auto names = names_in(file.parent_path());
  EXPECT_THAT(writing_error(file),
              AllOf(HasSubstr("cannot write '" + file.string() + "'"), HasSubstr(problem)));
  EXPECT_THAT(reading_error(file),
              AllOf(HasSubstr("cannot read '" + file.string() + "'"), HasSubstr(problem)));
  EXPECT_EQ(bytes_of(file), before) << problem;
  EXPECT_EQ(names_in(file.parent_path()), names) << problem;
}

/// A database of two sweeps, closed.
void make_database(const fs::path& file) {
  SweepDatabase database = SweepDatabase::open_for_writing(file);
  for (const int number : {0, 1}) write_sweep(database, number);
}

TEST(BadDatabase, IsNoDatabase) {
  const TempDir folder;
  put_bytes(folder / "a.db", "a text, and no database");
  expect_refused(folder / "a.db", "it is no SQLite database; name another file");
  put_bytes(folder / "a.db", std::string(10'000, 'x'));
  expect_refused(folder / "a.db", "it is no SQLite database");
}

TEST(BadDatabase, BelongsToAnotherProgram) {
  const TempDir folder;
  query(folder / "a.db", "CREATE TABLE meta (key, value); INSERT INTO meta VALUES (1, 2)");
  expect_refused(folder / "a.db", "it is a database of another program; name another file");
}

TEST(BadDatabase, BelongsToAnotherProgramThatIsUsingIt) {
  const TempDir folder;
  query(folder / "a.db", "PRAGMA journal_mode = WAL; CREATE TABLE t (x)");
  expect_refused(folder / "a.db", "it is a database of another program");
}

TEST(BadDatabase, IsOfAnotherVersion) {
  const TempDir folder;
  make_database(folder / "a.db");
  query(folder / "a.db", "PRAGMA user_version = 5");
  expect_refused(folder / "a.db", "its tables are of version 5");
  query(folder / "a.db", "PRAGMA user_version = 1");
  expect_refused(folder / "a.db", "its tables are of version 1");
  query(folder / "a.db",
        "PRAGMA user_version = 4; UPDATE meta SET value = '7' WHERE key = 'schema_version'");
  expect_refused(folder / "a.db", "its tables are of version '7'");
}

TEST(BadDatabase, LacksATable) {
  const TempDir folder;
  make_database(folder / "a.db");
  fs::copy_file(folder / "a.db", folder / "b.db");
  query(folder / "a.db", "DROP TABLE meta");
  expect_refused(folder / "a.db", "not laid out as its version says (no such table: meta)");
  query(folder / "b.db", "DROP TABLE trajectories");
  expect_refused(folder / "b.db", "(no such table: trajectories)");
}

TEST(BadDatabase, IsEmpty) {
  const TempDir folder;
  put_bytes(folder / "a.db", "");
  EXPECT_THAT(reading_error(folder / "a.db"), HasSubstr("it is empty; name a database"));
  make_database(folder / "a.db");
  EXPECT_EQ(SweepDatabase::open_for_reading(folder / "a.db").runs().size(), 2U);
}

TEST(BadDatabase, IsTruncated) {
  const TempDir folder;
  make_database(folder / "a.db");
  const std::string whole = bytes_of(folder / "a.db");
  for (const std::size_t size : {whole.size() - 1, whole.size() / 2, std::size_t{4096},
                                 std::size_t{5000}, std::size_t{99}, std::size_t{16}}) {
    put_bytes(folder / "a.db", whole.substr(0, size));
    expect_refused(folder / "a.db", "the database is damaged");
  }
}

TEST(BadDatabase, IsOverwrittenInTheMiddle) {
  const TempDir folder;
  make_database(folder / "a.db");
  std::string bytes = bytes_of(folder / "a.db");
  std::fill(bytes.begin() + 4096, bytes.end(), '\xA5');
  put_bytes(folder / "a.db", bytes);
  expect_refused(folder / "a.db", "the database is damaged");
}

TEST(BadDatabase, EndsInAnErrorWhereverAByteIsWrong) {
  const TempDir folder;
  make_database(folder / "a.db");
  const std::string whole = bytes_of(folder / "a.db");
  for (std::size_t at = 0; at < whole.size(); at += at < 200 ? 1 : 997) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x55);
    put_bytes(folder / "a.db", bytes);
    for (const auto& entry : fs::directory_iterator(folder.path())) {
      if (entry.path() != folder / "a.db") fs::remove(entry.path());
    }
    try {
      const SweepDatabase database = SweepDatabase::open_for_reading(folder / "a.db");
      for (const StoredRun& run : database.runs()) database.outcomes(run.id);
    } catch (const InputError&) {
    }
    writing_error(folder / "a.db");  // may go well: most bytes are numbers or free space
  }
}

TEST(BadDatabase, HoldsValuesThatNoSweepWrites) {
  const TempDir folder;
  for (const char* const change :
       {"UPDATE effects SET effect = 'odd' WHERE layer = 3", "UPDATE effects SET mean_delta = 'x'",
        "UPDATE effects SET n_pairs = 1.5", "UPDATE ripples SET sign_changes = 9999999999",
        "UPDATE ripples SET late_layers = '[1.5]'", "UPDATE ripples SET late_layers = '{'",
        "UPDATE interventions SET spec = spec || 'x'", "UPDATE interventions SET spec = 'L1' || id",
        "DELETE FROM effects WHERE layer = 2 AND intervention_id = 3",
        "DELETE FROM ripples WHERE intervention_id = 3"}) {
    fs::remove(folder / "a.db");
    make_database(folder / "a.db");
    query(folder / "a.db", change);
    EXPECT_THAT(reading_error(folder / "a.db"), HasSubstr("the database is damaged (")) << change;
  }
  for (const char* const settings :
       {"", "[]", "{\"states\":\"block\"}", "{\"states\":\"odd\"}", "null"}) {
    query(folder / "a.db", std::string("UPDATE runs SET settings = '") + settings +
                               "', token_ids = id, tool_version = id");
    const SweepDatabase database = SweepDatabase::open_for_reading(folder / "a.db");
    EXPECT_THROW(database.runs(), InputError) << settings;
  }
}

TEST(BadDatabase, CannotBeOpenedAtAll) {
  const TempDir folder;
  EXPECT_THAT(writing_error(folder.path()), HasSubstr("Is a directory; name a file"));
  EXPECT_THAT(reading_error(folder.path()), HasSubstr("it is no regular file"));
  EXPECT_THAT(writing_error(folder / "no/a.db"),
              AllOf(HasSubstr("No such file"), HasSubstr("create its folder first")));
  EXPECT_THAT(reading_error(folder / "a.db"),
              AllOf(HasSubstr("No such file"), HasSubstr("tacet sweep --db")));
  EXPECT_THAT(writing_error(""), HasSubstr("cannot write ''"));
  EXPECT_THAT(reading_error(""), HasSubstr("cannot read ''"));
  EXPECT_THAT(writing_error("/dev/null"), HasSubstr("it is no regular file"));
  EXPECT_THAT(writing_error(folder / std::string(256, 'n')), HasSubstr("File name too long"));
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(reading_error(folder / "pipe"), HasSubstr("it is no regular file"));
  EXPECT_THAT(writing_error(folder / "pipe"), HasSubstr("it is no regular file"));
  fs::create_symlink("loop", folder / "loop");
  EXPECT_THAT(writing_error(folder / "loop"), HasSubstr("symbolic links"));
  EXPECT_THAT(reading_error(folder / "loop"), HasSubstr("symbolic links"));
  EXPECT_THAT(names_in(folder.path()), ElementsAre("loop", "pipe"));
}

TEST(BadDatabase, MayHaveAnyName) {
  const TempDir folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  for (const char* const name : {"file:a?mode=memory", ":memory:", "50%41#b?immutable=1", "-a"}) {
    make_database(name);
    EXPECT_EQ(SweepDatabase::open_for_reading(name).runs().size(), 2U) << name;
    EXPECT_TRUE(fs::exists(name)) << name;
  }
  fs::create_symlink("target.db", "dangling");
  make_database("dangling");
  EXPECT_TRUE(fs::exists("target.db"));
  fs::current_path(before);
}

}  // namespace bad_database_test
}  // namespace tacet::store
