// Several processes at one database: writers, readers, and those that are killed.
#include <cstdint>
#include <iostream>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "store/sweep_database.h"
#include "store/sweep_rows_made.h"
#include "support/process.h"
#include "support/temp_dir.h"
#include "tacet/error.h"

namespace tacet::store {
namespace sweep_writers_test {

namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::Child;
using testing::contents;
using ::testing::ElementsAre;
using testing::FileSizeLimit;
using ::testing::HasSubstr;
using testing::names_in;
using testing::OrdinaryUser;
using testing::query;
using testing::sweep_heads;
using testing::sweep_prompt;
using testing::sweep_result;
using testing::TempDir;
using testing::write_sweep;

std::string writing_error(const fs::path& file) {
  try {
    SweepDatabase::open_for_writing(file);
  } catch (const OutputError& error) {
    return error.what();
  }
  return "no OutputError";
}

/// Whether another process could not write the file, and was told why.
bool is_refused_elsewhere(const fs::path& file) {
  Child child([&] {
    return writing_error(file).find("is being written by another process") != std::string::npos;
  });
  return child.wait() == 1;
}

TEST(SweepWriters, AreOneAtATime) {
  const TempDir folder;
  const fs::path file = folder / "a.db";
  {
    const SweepDatabase first = SweepDatabase::open_for_writing(file);
    EXPECT_THAT(writing_error(file), AllOf(HasSubstr("cannot write '" + file.string() + "'"),
                                           HasSubstr("is being written by another process; wait")));
    EXPECT_TRUE(is_refused_elsewhere(file));
    // The refusals must not have loosened the first one's hold.
    EXPECT_TRUE(is_refused_elsewhere(file));
    fs::create_symlink("a.db", folder / "link.db");
    EXPECT_THAT(writing_error(folder / "link.db"), HasSubstr("is being written"));
  }
  EXPECT_FALSE(is_refused_elsewhere(file));
  const SweepDatabase again = SweepDatabase::open_for_writing(file);
}

TEST(SweepWriters, KeepTheirHoldWhenMoved) {
  const TempDir folder;
  SweepDatabase first = SweepDatabase::open_for_writing(folder / "a.db");
  SweepDatabase second = std::move(first);
  EXPECT_THAT(writing_error(folder / "a.db"), HasSubstr("is being written"));
  second = SweepDatabase::open_for_writing(folder / "b.db");
  const SweepDatabase third = SweepDatabase::open_for_writing(folder / "a.db");
}

TEST(SweepWriters, LeaveReadersInPeace) {
  const TempDir folder;
  const fs::path file = folder / "a.db";
  SweepDatabase writer = SweepDatabase::open_for_writing(file);
  const auto run = writer.run_of(Model::mini(), sweep_prompt(0), "", {});
  writer.write(run, sweep_result(0, {0, 0}));
  const auto n_seen = [&] {
    return static_cast<int>(SweepDatabase::open_for_reading(file).outcomes(run).size());
  };
  writer.begin();
  writer.write(run, sweep_result(0, {0, 1}));
  EXPECT_EQ(n_seen(), 1);
  Child during(n_seen);
  EXPECT_EQ(during.wait(), 1);
  const SweepDatabase reader = SweepDatabase::open_for_reading(file);
  writer.commit();
  EXPECT_EQ(reader.outcomes(run).size(), 2U);
  Child after(n_seen);
  EXPECT_EQ(after.wait(), 2);
  // The readers that have gone have not taken the writer's locks or log with them.
  writer.write(run, sweep_result(0, {1, 0}));
  EXPECT_EQ(n_seen(), 3);
  EXPECT_TRUE(is_refused_elsewhere(file));
}

TEST(SweepWriters, AreSeenWholeByTwoReadersMeanwhile) {
  const TempDir folder;
  const fs::path file = folder / "a.db";
  { SweepDatabase::open_for_writing(file).run_of(Model::mini(), sweep_prompt(0), "", {}); }
  const auto read = [&] {
    for (std::size_t n = 0; n < sweep_heads().size();) {
      // Rows that are there in part are an error.
      n = SweepDatabase::open_for_reading(file).outcomes(1).size();
    }
    return 0;
  };
  Child first(read);
  Child second(read);
  {
    SweepDatabase writer = SweepDatabase::open_for_writing(file);
    for (int number = 0; number < 4; ++number) write_sweep(writer, number);
  }
  EXPECT_EQ(first.wait(), 0);
  EXPECT_EQ(second.wait(), 0);
  SweepDatabase::open_for_writing(file).checkpoint();
  EXPECT_THAT(names_in(folder.path()), ElementsAre("a.db"));
}

TEST(SweepWriters, LeaveNothingHalfWhenKilledInATransaction) {
  const TempDir folder;
  const fs::path file = folder / "a.db";
  Child child([&] {
    SweepDatabase database = SweepDatabase::open_for_writing(file);
    const auto run = database.run_of(Model::mini(), sweep_prompt(0), "", {});
    database.write(run, sweep_result(0, {0, 0}));
    database.begin();
    database.write(run, sweep_result(0, {0, 1}));
    return ::raise(SIGKILL);
  });
  EXPECT_EQ(child.wait(), -SIGKILL);
  EXPECT_EQ(SweepDatabase::open_for_reading(file).finished(1), std::set<std::string>{"L0H0"});
  SweepDatabase database = SweepDatabase::open_for_writing(file);
  EXPECT_EQ(database.finished(1), std::set<std::string>{"L0H0"});
}

TEST(SweepWriters, EndWithTheSameRowsHoweverOftenTheyAreKilled) {
  const TempDir folder;
  const auto write_all = [](const fs::path& file) {
    SweepDatabase database = SweepDatabase::open_for_writing(file);
    for (int number = 0; number < 2; ++number) write_sweep(database, number);
    return 0;
  };
  write_all(folder / "whole.db");
  const fs::path file = folder / "killed.db";
  for (useconds_t delay = 500; delay < 40'000; delay += delay / 3) {
    Child child([&] { return write_all(file); });
    ::usleep(delay);
    child.kill();
    child.wait();
  }
  write_all(file);
  EXPECT_EQ(contents(file), contents(folder / "whole.db"));
  EXPECT_THAT(names_in(folder.path()), ElementsAre("killed.db", "whole.db"));
}

TEST(SweepWriters, GoOnAfterAFullDisk) {
  const TempDir folder;
  const fs::path file = folder / "a.db";
  Child child([&] {
    try {
      const FileSizeLimit limit(200'000);
      SweepDatabase database = SweepDatabase::open_for_writing(file);
      for (int number = 0; number < 100; ++number) write_sweep(database, number);
    } catch (const OutputError& error) {
      const std::string message = error.what();
      const bool is_told = message.find("File too large; raise the limit") != std::string::npos;
      if (!is_told) std::cerr << message << "\n";
      return is_told ? 0 : 1;
    }
    return 2;
  });
  EXPECT_EQ(child.wait(), 0);
  const auto n_before = SweepDatabase::open_for_reading(file).outcomes(1).size();
  EXPECT_GT(n_before, 0U);
  {
    SweepDatabase database = SweepDatabase::open_for_writing(file);
    SweepDatabase whole = SweepDatabase::open_for_writing(folder / "whole.db");
    for (int number = 0; number < 10; ++number) {
      write_sweep(database, number);
      write_sweep(whole, number);
    }
  }
  for (const char* const table : {"ripples", "effects", "final_norms"}) {
    const std::string sql = std::string("SELECT * FROM ") + table + " WHERE run_id <= 10";
    EXPECT_EQ(query(file, sql).rows, query(folder / "whole.db", sql).rows) << table;
  }
}

TEST(SweepWriters, LeaveNoFileWhereNotEvenTheTablesFit) {
  const TempDir folder;
  Child child([&] {
    const FileSizeLimit limit(1000);
    const std::string message = writing_error(folder / "a.db");
    const bool is_told = message.find("File too large") != std::string::npos;
    if (!is_told) std::cerr << message << "\n";
    return is_told ? 0 : 1;
  });
  EXPECT_EQ(child.wait(), 0);
  EXPECT_THAT(names_in(folder.path()), ElementsAre());
}

TEST(SweepWriters, SayThatAFolderIsReadOnly) {
  const TempDir folder;
  const OrdinaryUser user(folder.path());
  const fs::path file = folder / "a.db";
  {
    SweepDatabase database = SweepDatabase::open_for_writing(file);
    write_sweep(database, 0);
  }
  const std::string before = testing::bytes_of(file);
  fs::permissions(file, fs::perms{0400});
  EXPECT_THAT(writing_error(file), HasSubstr("Permission denied; choose a file and a folder"));
  EXPECT_EQ(SweepDatabase::open_for_reading(file).outcomes(1).size(), sweep_heads().size());
  EXPECT_THAT(names_in(folder.path()), ElementsAre("a.db"));
  fs::permissions(file, fs::perms{0600});
  fs::permissions(folder.path(), fs::perms{0500});
  EXPECT_THAT(writing_error(file), AllOf(HasSubstr("its folder does not allow that"),
                                         HasSubstr("choose a folder that you may write to")));
  EXPECT_THAT(writing_error(folder / "b.db"), HasSubstr("Permission denied"));
  EXPECT_EQ(SweepDatabase::open_for_reading(file).outcomes(1).size(), sweep_heads().size());
  fs::permissions(folder.path(), fs::perms{0700});
  EXPECT_THAT(names_in(folder.path()), ElementsAre("a.db"));
  EXPECT_EQ(testing::bytes_of(file), before);
}

}  // namespace sweep_writers_test
}  // namespace tacet::store
