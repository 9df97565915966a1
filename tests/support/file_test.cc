#include "support/file.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "support/temp_dir.h"
#include "tacet/error.h"

namespace tacet::support {
namespace file_test {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::string error_of(const fs::path& file, std::uint64_t max_bytes = 1000) {
  try {
    read_file(file, max_bytes);
  } catch (const ModelError& error) {
    return error.what();
  }
  return "no error";
}

class ReadFile : public ::testing::Test {
 protected:
  fs::path write(const std::string& bytes) {
    const fs::path file = folder_ / "file";
    std::ofstream(file, std::ios::binary) << bytes;
    return file;
  }

  testing::TempDir folder_;
};

TEST_F(ReadFile, GivesAllBytes) {
  const std::string bytes("a\0b\r\n\xFF", 6);
  EXPECT_EQ(read_file(write(bytes), 6), bytes);
  EXPECT_EQ(read_file(write(""), 0), "");
  const std::string large(1'000'003, 'x');
  EXPECT_EQ(read_file(write(large), large.size()), large);
}

TEST_F(ReadFile, FollowsLinks) {
  fs::create_symlink(write("abc"), folder_ / "link");
  EXPECT_EQ(read_file(folder_ / "link", 3), "abc");
}

TEST_F(ReadFile, SaysWhatIsMissing) {
  EXPECT_THAT(error_of(folder_ / "none"), AllOf(HasSubstr("none"), HasSubstr("no such file")));
  write("x");
  EXPECT_THAT(error_of(folder_ / "file" / "below"), HasSubstr("no such file"));
}

TEST_F(ReadFile, RefusesFolders) {
  EXPECT_THAT(error_of(folder_.path()), HasSubstr("is a folder"));
}

TEST_F(ReadFile, RefusesPipesWithoutWaitingForThem) {
  const fs::path pipe = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(error_of(pipe), HasSubstr("is not a regular file"));
  EXPECT_THAT(error_of("/dev/zero"), HasSubstr("is not a regular file"));
}

TEST_F(ReadFile, SaysWhyAFileCannotBeOpened) {
  fs::create_symlink(folder_ / "loop", folder_ / "loop");
  EXPECT_THAT(error_of(folder_ / "loop"), HasSubstr("cannot be opened: Too many levels"));
}

TEST_F(ReadFile, RefusesFilesThatAreTooLarge) {
  EXPECT_THAT(error_of(write("12345"), 4), HasSubstr("5 bytes, more than the 4"));
  // A hole of 2^40 bytes: refused by its size, before memory is asked for.
  fs::resize_file(write(""), std::uintmax_t{1} << 40);
  EXPECT_THAT(error_of(folder_ / "file"), HasSubstr("1099511627776 bytes, more than"));
}

// The kernel's own files state other sizes than they have, as a file does that somebody changes.
TEST_F(ReadFile, NoticesThatAFileHasGrown) {
  EXPECT_THAT(error_of("/proc/self/status"), HasSubstr("changed while it was read"));
}

TEST_F(ReadFile, NoticesThatAFileHasShrunk) {
  const fs::path file = "/sys/kernel/mm/transparent_hugepage/enabled";
  if (!fs::exists(file)) GTEST_SKIP() << "needs sysfs";
  EXPECT_THAT(error_of(file, 1U << 20), HasSubstr("changed while it was read: it had"));
}

TEST_F(ReadFile, SaysWhyAFileCannotBeRead) {
  // Address 0 of this process is not mapped.
  EXPECT_THAT(error_of("/proc/self/mem"), HasSubstr("cannot be read at byte 0: Input/output"));
}

}  // namespace file_test
}  // namespace tacet::support
