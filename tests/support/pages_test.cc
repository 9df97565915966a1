#include "support/pages.h"

#include <array>
#include <fstream>
#include <numeric>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "support/temp_dir.h"

namespace tacet::support {
namespace pages_test {

using Bytes = std::span<const std::byte>;

/// A mapped file of `size` bytes, none of whose pages have been read through the map.
class Pages : public ::testing::Test {
 protected:
  static constexpr std::size_t kSize = (std::size_t{5} << 20U) + 17;

  Pages() {
    const std::string path = dir_.path() / "pages";
    std::string content(kSize, '\0');
    std::iota(content.begin(), content.end(), '\0');
    std::ofstream(path, std::ios::binary) << content;
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    map_ = mmap(nullptr, kSize, PROT_READ, MAP_PRIVATE, file, 0);
    close(file);
  }
  ~Pages() override { munmap(map_, kSize); }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  Bytes bytes() const { return {static_cast<const std::byte*>(map_), kSize}; }

  /// Times this thread had to have a page mapped while it read every byte; checks the bytes.
  long faults_of_reading() const {
    const long before = faults();
    std::size_t i = 0;
    while (i < kSize && bytes()[i] == static_cast<std::byte>(i)) ++i;
    EXPECT_EQ(i, kSize);
    return faults() - before;
  }

 private:
  static long faults() {
    rusage usage = {};
    getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_minflt + usage.ru_majflt;
  }

  tacet::testing::TempDir dir_;
  void* map_ = nullptr;
};

/// The thread's own stack and code may want a page or two.
constexpr long kFew = 3;

TEST_F(Pages, AreMappedOnceTheyWereTouched) {
  const std::array memory{bytes().subspan(5, kSize / 2), bytes().subspan(kSize / 2)};
  touch_pages(memory, 2);
  EXPECT_LE(faults_of_reading(), kFew);
}

TEST_F(Pages, AreMappedOneByOneWithoutTouching) {
  EXPECT_GT(faults_of_reading(), kFew);
}

TEST_F(Pages, OfLittleMemoryAreLeftAlone) {
  touch_pages(std::array{bytes().first(1000)}, 2);
  touch_pages({}, 2);
  drop_pages({});
  EXPECT_GT(faults_of_reading(), kFew);
}

TEST_F(Pages, ComeFromTheFileAgainOnceTheyWereDropped) {
  faults_of_reading();
  drop_pages(bytes());
  EXPECT_GT(faults_of_reading(), kFew);
}

}  // namespace pages_test
}  // namespace tacet::support
