#include "report/base64.h"

#include <array>
#include <limits>
#include <string_view>

#include <gtest/gtest.h>

namespace tacet::report {
namespace base64_test {

std::string of_text(std::string_view text) {
  return base64(std::as_bytes(std::span(text)));
}

// The examples of RFC 4648, section 10.
TEST(Base64, IsThatOfTheStandard) {
  EXPECT_EQ(of_text(""), "");
  EXPECT_EQ(of_text("f"), "Zg==");
  EXPECT_EQ(of_text("fo"), "Zm8=");
  EXPECT_EQ(of_text("foo"), "Zm9v");
  EXPECT_EQ(of_text("foob"), "Zm9vYg==");
  EXPECT_EQ(of_text("fooba"), "Zm9vYmE=");
  EXPECT_EQ(of_text("foobar"), "Zm9vYmFy");
  EXPECT_EQ(of_text("\xff\xef\xbe"), "/+++");
}

TEST(Base64, HoldsFloatsLowestByteFirst) {
  EXPECT_EQ(base64_floats(std::array{1.0F}), "AACAPw==");
  EXPECT_EQ(base64_floats(std::array{-std::numeric_limits<float>::infinity()}), "AACA/w==");
}

TEST(Base64, HoldsBytes) {
  EXPECT_EQ(base64_bytes(std::array<std::uint8_t, 3>{0, 1, 255}), "AAH/");
}

}  // namespace base64_test
}  // namespace tacet::report
