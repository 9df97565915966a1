#include "support/incbin.h"

#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "support/file.h"

namespace tacet::support {
namespace incbin_test {

TACET_EMBED(this_file, TACET_SOURCE_DIR "/tests/support/incbin_test.cc");
TACET_EMBED(other_file, TACET_SOURCE_DIR "/include/tacet/version.h");

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(Embed, HasTheBytesOfTheFile) {
  EXPECT_EQ(text_of(this_file()), read_file(__FILE__, 1U << 20));
  EXPECT_EQ(text_of(other_file()),
            read_file(TACET_SOURCE_DIR "/include/tacet/version.h", 1U << 20));
}

TEST(Embed, IsAligned) {
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(this_file().data()) % 64, 0U);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(other_file().data()) % 64, 0U);
}

}  // namespace incbin_test
}  // namespace tacet::support
