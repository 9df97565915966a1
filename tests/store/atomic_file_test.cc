#include "store/atomic_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/process.h"
#include "support/temp_dir.h"
#include "tacet/error.h"

namespace tacet::store {
namespace atomic_file_test {

namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::FileSizeLimit;
using ::testing::HasSubstr;
using testing::OrdinaryUser;
using testing::TempDir;

std::string content_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// Names of what is in the folder: a temporary file that was left behind would be among them.
std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

std::string error_of(const fs::path& file, const FileWriter& writer) {
  try {
    write_file_atomically(file, writer);
  } catch (const OutputError& error) {
    return error.what();
  }
  return "no OutputError";
}

std::string error_of(const fs::path& file, std::string_view content = "text") {
  return error_of(file, [=](FileSink& sink) { sink.write(content); });
}

TEST(AtomicFile, WritesAndReplaces) {
  const TempDir folder;
  write_file_atomically(folder / "a.json", "first, and longer");
  write_file_atomically(folder / "a.json", "second");
  EXPECT_EQ(content_of(folder / "a.json"), "second");
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"a.json"});
}

TEST(AtomicFile, WritesToTheCurrentFolder) {
  const TempDir folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  write_file_atomically("plain", "x");
  fs::current_path(before);
  EXPECT_EQ(content_of(folder / "plain"), "x");
}

TEST(AtomicFile, KeepsTheOrderOfSmallAndLargeWrites) {
  const TempDir folder;
  const std::string large(100'000, 'L');
  std::string expected;
  write_file_atomically(folder / "a", [&](FileSink& sink) {
    for (int i = 0; i < 3; ++i) {
      const std::string small(40'000, static_cast<char>('a' + i));
      sink.write(small);
      sink.write(large);
      sink.write("");
      expected += small + large;
    }
  });
  EXPECT_EQ(content_of(folder / "a"), expected);
}

TEST(AtomicFile, KeepsTheOldFileWhenTheWriterFails) {
  const TempDir folder;
  write_file_atomically(folder / "a", "old");
  const auto writer = [](FileSink& sink) {
    sink.write(std::string(200'000, 'x'));
    throw std::runtime_error("stop");
  };
  EXPECT_THROW(write_file_atomically(folder / "a", writer), std::runtime_error);
  EXPECT_EQ(content_of(folder / "a"), "old");
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"a"});
}

TEST(AtomicFile, IsNotSeenBeforeItIsWhole) {
  const TempDir folder;
  write_file_atomically(folder / "a", [&](FileSink& sink) {
    sink.write(std::string(200'000, 'x'));
    EXPECT_FALSE(fs::exists(folder / "a"));
  });
  EXPECT_EQ(fs::file_size(folder / "a"), 200'000U);
}

TEST(AtomicFile, KeepsPermissions) {
  const TempDir folder;
  write_file_atomically(folder / "a", "old");
  fs::permissions(folder / "a", fs::perms{0604});
  write_file_atomically(folder / "a", "new");
  EXPECT_EQ(fs::status(folder / "a").permissions(), fs::perms{0604});
}

TEST(AtomicFile, GivesANewFileTheUsualPermissions) {
  const TempDir folder;
  const mode_t old_mask = ::umask(027);
  write_file_atomically(folder / "a", "x");
  ::umask(old_mask);
  EXPECT_EQ(fs::status(folder / "a").permissions(), fs::perms{0640});
}

TEST(AtomicFile, FollowsLinks) {
  const TempDir folder;
  fs::create_directory(folder / "real");
  write_file_atomically(folder / "real/a", "old");
  fs::create_symlink("real/a", folder / "link");
  fs::create_symlink("real/new", folder / "dangling");
  write_file_atomically(folder / "link", "new");
  write_file_atomically(folder / "dangling", "fresh");
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_TRUE(fs::is_symlink(folder / "dangling"));
  EXPECT_EQ(content_of(folder / "real/a"), "new");
  EXPECT_EQ(content_of(folder / "real/new"), "fresh");
}

TEST(AtomicFile, AcceptsTheLongestName) {
  const TempDir folder;
  const std::string name(255, 'n');
  write_file_atomically(folder / name, "x");
  EXPECT_EQ(content_of(folder / name), "x");
}

TEST(AtomicFile, LeavesDevicesAndPipesInPlace) {
  write_file_atomically("/dev/null", "gone");
  EXPECT_TRUE(fs::is_character_file("/dev/null"));

  const TempDir folder;
  const fs::path pipe = folder / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::string read;
  std::thread reader([&] { read = content_of(pipe); });
  write_file_atomically(pipe, "through the pipe");
  reader.join();
  EXPECT_EQ(read, "through the pipe");
  EXPECT_TRUE(fs::is_fifo(pipe));
}

TEST(AtomicFile, AppendsToAnOpenDescriptorByItsName) {
  const TempDir folder;
  const fs::path file = folder / "a";
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  ASSERT_GE(descriptor, 0);
  ASSERT_EQ(::write(descriptor, "before,", 7), 7);
  write_file_atomically("/dev/fd/" + std::to_string(descriptor), "inside,");
  ASSERT_EQ(::write(descriptor, "after", 5), 5);
  ::close(descriptor);
  EXPECT_EQ(content_of(file), "before,inside,after");
}

TEST(AtomicFile, TellsAFullDevice) {
  EXPECT_THAT(error_of("/dev/full"),
              AllOf(HasSubstr("cannot write '/dev/full': No space left on device"),
                    HasSubstr("free some space")));
  EXPECT_THAT(error_of("/dev/full", std::string(200'000, 'x')), HasSubstr("No space left"));
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

TEST(AtomicFile, RemovesItsTemporaryWhenTheDiskIsFull) {
  const TempDir folder;
  write_file_atomically(folder / "a", "old");
  {
    const FileSizeLimit limit(100'000);
    EXPECT_THAT(error_of(folder / "a", std::string(200'000, 'x')),
                AllOf(HasSubstr("/a': File too large"), HasSubstr("raise the limit")));
  }
  EXPECT_EQ(content_of(folder / "a"), "old");
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"a"});
  // The signal of the limit is neither left behind nor blocked for what comes after.
  sigset_t signals = {};
  ASSERT_EQ(::sigpending(&signals), 0);
  EXPECT_EQ(::sigismember(&signals, SIGXFSZ), 0);
  ASSERT_EQ(::pthread_sigmask(SIG_BLOCK, nullptr, &signals), 0);
  EXPECT_EQ(::sigismember(&signals, SIGXFSZ), 0);
}

TEST(AtomicFile, TellsPathsThatCannotBe) {
  const TempDir folder;
  write_file_atomically(folder / "file", "x");
  fs::create_symlink("loop", folder / "loop");
  EXPECT_THAT(error_of(folder / "missing/a"),
              AllOf(HasSubstr("missing/a': No such file"), HasSubstr("create its folder")));
  EXPECT_THAT(error_of(folder / "file/a"), HasSubstr("Not a directory"));
  EXPECT_THAT(error_of(folder.path()), HasSubstr("Is a directory; name a file, not a folder"));
  EXPECT_THAT(error_of(folder / "new/"), HasSubstr("Is a directory"));
  EXPECT_THAT(error_of(""), HasSubstr("cannot write '': No such file"));
  EXPECT_THAT(error_of(folder / "loop"),
              AllOf(HasSubstr("symbolic links"), HasSubstr("choose another file")));
  EXPECT_THAT(error_of(folder / std::string(256, 'n')), HasSubstr("File name too long"));
  EXPECT_EQ(names_in(folder.path()), (std::vector<std::string>{"file", "loop"}));
}

TEST(AtomicFile, NamesAFileWithoutControlCharacters) {
  EXPECT_THAT(error_of("missing\x1b[2J/a"), HasSubstr("'missing\\x1b[2J/a'"));
}

TEST(AtomicFile, DoesNotReplaceAProtectedFile) {
  const TempDir folder;
  const OrdinaryUser user(folder.path());
  write_file_atomically(folder / "a", "old");
  fs::permissions(folder / "a", fs::perms{0400});
  EXPECT_THAT(error_of(folder / "a"),
              AllOf(HasSubstr("Permission denied"), HasSubstr("that you may write to")));
  fs::permissions(folder.path(), fs::perms{0500});
  EXPECT_THAT(error_of(folder / "b"), HasSubstr("Permission denied"));
  fs::permissions(folder.path(), fs::perms{0700});
  EXPECT_EQ(content_of(folder / "a"), "old");
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"a"});
}

TEST(AtomicFile, TellsAPipeThatNobodyReads) {
  const auto old_handler = ::signal(SIGPIPE, SIG_IGN);
  int ends[2] = {};
  ASSERT_EQ(::pipe(ends), 0);
  ::close(ends[0]);
  EXPECT_THAT(error_of("/dev/fd/" + std::to_string(ends[1])), HasSubstr("cannot write"));
  ::close(ends[1]);
  ::signal(SIGPIPE, old_handler);
}

TEST(AtomicFile, TellsAClosedDescriptor) {
  EXPECT_THAT(error_of("/dev/fd/987654"), HasSubstr("cannot write '/dev/fd/987654': No such file"));
}

TEST(AtomicFile, LastOfSeveralWritersWins) {
  const TempDir folder;
  const std::string a(300'000, 'a');
  const std::string b(300'000, 'b');
  std::thread other([&] {
    for (int i = 0; i < 20; ++i) write_file_atomically(folder / "f", a);
  });
  for (int i = 0; i < 20; ++i) write_file_atomically(folder / "f", b);
  other.join();
  const std::string content = content_of(folder / "f");
  EXPECT_TRUE(content == a || content == b);
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"f"});
}

}  // namespace atomic_file_test
}  // namespace tacet::store
