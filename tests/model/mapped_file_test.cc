#include "model/mapped_file.h"

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/files.h"
#include "support/temp_dir.h"

namespace tacet::model {
namespace mapped_file_test {

namespace fs = std::filesystem;
using testing::bytes_of;
using ::testing::HasSubstr;
using testing::model_error_of;
using testing::TempDir;
using testing::write_file;

constexpr std::size_t kBytes = 1 << 20;

// A file that was last written a minute ago, so that writing to it now gives it another time.
fs::path made_file(const TempDir& folder, char fill) {
  const fs::path file = folder / "weights";
  write_file(file, std::string(kBytes, fill));
  fs::last_write_time(file, fs::last_write_time(file) - std::chrono::minutes(1));
  return file;
}

std::string change_of(const MappedFile& file) {
  return model_error_of([&] { file.check_unchanged(); });
}

std::size_t sum(std::span<const std::byte> bytes) {
  std::size_t total = 0;
  for (const std::byte byte : bytes) total += std::to_integer<std::size_t>(byte);
  return total;
}

TEST(MappedFile, HasTheBytesOfTheFile) {
  const TempDir folder;
  const MappedFile file(made_file(folder, '\x02'));
  EXPECT_EQ(file.bytes().size(), kBytes);
  EXPECT_EQ(sum(file.bytes()), 2 * kBytes);
  EXPECT_EQ(change_of(file), "");
}

TEST(MappedFile, FollowsSymbolicLinks) {
  const TempDir folder;
  fs::create_symlink(made_file(folder, '\x01').filename(), folder / "link");
  EXPECT_EQ(sum(MappedFile(folder / "link").bytes()), kBytes);
}

TEST(MappedFile, RefusesWhatCannotBeMapped) {
  const TempDir folder;
  const auto error_of = [](const fs::path& path) {
    return model_error_of([&] { MappedFile file(path); });
  };
  EXPECT_THAT(error_of(folder / "missing"), HasSubstr("missing: cannot be opened: No such file"));
  fs::create_symlink("nowhere", folder / "dangling");
  EXPECT_THAT(error_of(folder / "dangling"), HasSubstr("dangling: cannot be opened"));
  EXPECT_THAT(error_of(folder.path()), HasSubstr("is not a regular file"));
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(error_of(folder / "pipe"), HasSubstr("is not a regular file"));
  write_file(folder / "empty", "");
  EXPECT_THAT(error_of(folder / "empty"), HasSubstr("is empty"));
}

TEST(MappedFile, SaysWhenTheAddressSpaceIsTooSmall) {
  const int descriptor = memfd_create("huge", 0);
  ASSERT_GE(descriptor, 0);
  ASSERT_EQ(ftruncate(descriptor, off_t{1} << 62), 0);
  const std::string path = "/proc/self/fd/" + std::to_string(descriptor);
  EXPECT_THAT(model_error_of([&] { MappedFile file(path); }), HasSubstr("cannot be mapped"));
  close(descriptor);
}

TEST(MappedFile, TruncationGivesZerosAndThenAnError) {
  const TempDir folder;
  const fs::path path = made_file(folder, '\x01');
  const MappedFile file(path);
  fs::resize_file(path, 4096);
  EXPECT_LE(sum(file.bytes()), std::size_t{65536});  // one page at most is still the file's
  EXPECT_EQ(file.bytes()[0], std::byte{1});
  EXPECT_EQ(file.bytes()[kBytes - 1], std::byte{0});
  EXPECT_THAT(change_of(file), HasSubstr("was truncated while it was in use"));
  EXPECT_THAT(change_of(file), HasSubstr("had 1048576 bytes, now 4096"));
}

TEST(MappedFile, TruncationIsRememberedWhenTheFileIsWholeAgain) {
  const TempDir folder;
  const fs::path path = made_file(folder, '\x01');
  const auto written = fs::last_write_time(path);
  const MappedFile file(path);
  fs::resize_file(path, 0);
  EXPECT_EQ(sum(file.bytes()), 0U);
  fs::resize_file(path, kBytes);
  fs::last_write_time(path, written);
  EXPECT_THAT(change_of(file), HasSubstr("was truncated while it was in use"));
}

TEST(MappedFile, TruncationThatNobodyReadIsToldToo) {
  const TempDir folder;
  const fs::path path = made_file(folder, '\x01');
  const MappedFile file(path);
  fs::resize_file(path, kBytes - 1);
  EXPECT_THAT(change_of(file), HasSubstr("was truncated while it was in use"));
}

TEST(MappedFile, ManyThreadsMayMeetTheTruncation) {
  const TempDir folder;
  const fs::path path = made_file(folder, '\x01');
  const MappedFile file(path);
  fs::resize_file(path, 0);
  std::array<std::size_t, 8> sums{};
  sums.fill(1);
  std::vector<std::thread> threads;
  for (std::size_t& result : sums) {
    threads.emplace_back([&] { result = sum(file.bytes()); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::size_t result : sums) EXPECT_EQ(result, 0U);
  EXPECT_THAT(change_of(file), HasSubstr("truncated"));
}

TEST(MappedFile, OnlyTheTruncatedFileIsBlamed) {
  const TempDir folder;
  const TempDir other_folder;
  const fs::path path = made_file(folder, '\x01');
  const MappedFile file(path);
  const MappedFile other(made_file(other_folder, '\x01'));
  fs::resize_file(path, 0);
  EXPECT_EQ(sum(file.bytes()), 0U);
  EXPECT_EQ(sum(other.bytes()), kBytes);
  EXPECT_NE(change_of(file), "");
  EXPECT_EQ(change_of(other), "");
}

TEST(MappedFile, GrowthIsTold) {
  const TempDir folder;
  const fs::path path = made_file(folder, '\x01');
  const MappedFile file(path);
  fs::resize_file(path, kBytes + 1);
  EXPECT_EQ(sum(file.bytes()), kBytes);
  EXPECT_THAT(change_of(file), HasSubstr("grew while it was in use"));
}

TEST(MappedFile, RewritingInPlaceIsTold) {
  const TempDir folder;
  const fs::path path = made_file(folder, '\x01');
  const MappedFile file(path);
  std::fstream(path, std::ios::in | std::ios::out | std::ios::binary).put('\x07');
  EXPECT_THAT(change_of(file), HasSubstr("was written to while it was in use"));
}

TEST(MappedFile, ReplacingByARenameDoesNotMatter) {
  const TempDir folder;
  const fs::path path = made_file(folder, '\x01');
  const MappedFile file(path);
  write_file(folder / "new", "short");
  fs::rename(folder / "new", path);
  EXPECT_EQ(sum(file.bytes()), kBytes);
  EXPECT_EQ(change_of(file), "");
}

TEST(MappedFile, ASlotUsedAgainForgetsTheOldDamage) {
  const TempDir folder;
  const fs::path path = made_file(folder, '\x01');
  for (int round = 0; round < 2 * static_cast<int>(FaultGuard::kCapacity); ++round) {
    const MappedFile file(path);
    ASSERT_EQ(change_of(file), "") << round;
  }
  {
    const MappedFile file(path);
    fs::resize_file(path, 0);
    ASSERT_EQ(sum(file.bytes()), 0U);
    ASSERT_NE(change_of(file), "");
  }
  const TempDir other_folder;
  const MappedFile other(made_file(other_folder, '\x01'));
  EXPECT_EQ(sum(other.bytes()), kBytes);
  EXPECT_EQ(change_of(other), "");
}

TEST(FaultGuard, RefusesMoreThanItsTableHolds) {
  const std::array<std::byte, 1> anything{};
  std::vector<std::unique_ptr<FaultGuard>> guards;
  const auto fill = [&] {
    for (std::size_t i = 0; i <= FaultGuard::kCapacity; ++i) {
      guards.push_back(std::make_unique<FaultGuard>(anything));
    }
  };
  EXPECT_THAT(model_error_of(fill), HasSubstr("more than 256 weight files"));
  guards.clear();
  EXPECT_NO_THROW(FaultGuard{anything});
}

// A SIGBUS that is none of ours must reach whoever handled it before. These need a process of
// their own, in which no guard was made yet.
class FaultGuardDeathTest : public ::testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

// Reads a page that its file does not have, outside any guard, with a guard somewhere.
[[noreturn]] void fault_elsewhere() {
  const std::array<std::byte, 1> anything{};
  const FaultGuard guard(anything);
  const int descriptor = memfd_create("short", 0);
  const void* page = mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE, descriptor, 0);
  const volatile char* byte = static_cast<const volatile char*>(page);
  _exit(*byte == 0 ? 70 : 71);
}

// Sends the signal, as another process might, with a guard somewhere.
[[noreturn]] void send_and_exit_with_8() {
  const std::array<std::byte, 1> anything{};
  const FaultGuard guard(anything);
  raise(SIGBUS);
  _exit(8);
}

void exit_with_5(int /*signal*/) {
  _exit(5);
}
void exit_with_6(int /*signal*/, siginfo_t* /*info*/, void* /*context*/) {
  _exit(6);
}

TEST_F(FaultGuardDeathTest, OtherFaultsReachASimpleHandler) {
  EXPECT_EXIT(
      {
        signal(SIGBUS, exit_with_5);
        fault_elsewhere();
      },
      ::testing::ExitedWithCode(5), "");
}

TEST_F(FaultGuardDeathTest, OtherFaultsReachAHandlerWithInformation) {
  EXPECT_EXIT(
      {
        struct sigaction action = {};
        action.sa_sigaction = exit_with_6;
        action.sa_flags = SA_SIGINFO;
        sigaction(SIGBUS, &action, nullptr);
        fault_elsewhere();
      },
      ::testing::ExitedWithCode(6), "");
}

TEST_F(FaultGuardDeathTest, OtherFaultsKillWithoutAHandler) {
  EXPECT_EXIT(
      {
        signal(SIGBUS, SIG_DFL);
        fault_elsewhere();
      },
      ::testing::KilledBySignal(SIGBUS), "");
}

TEST_F(FaultGuardDeathTest, OtherFaultsKillEvenWhenTheSignalIsIgnored) {
  EXPECT_EXIT(
      {
        signal(SIGBUS, SIG_IGN);
        fault_elsewhere();
      },
      ::testing::KilledBySignal(SIGBUS), "");
}

TEST_F(FaultGuardDeathTest, AnIgnoredSignalThatWasSentIsIgnored) {
  EXPECT_EXIT(
      {
        signal(SIGBUS, SIG_IGN);
        send_and_exit_with_8();
      },
      ::testing::ExitedWithCode(8), "");
}

}  // namespace mapped_file_test
}  // namespace tacet::model
