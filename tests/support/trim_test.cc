#include "support/trim.h"

#include <gtest/gtest.h>

namespace tacet::support {
namespace trim_test {

TEST(Trim, TakesWhiteSpaceOffBothEndsAlone) {
  EXPECT_EQ(trim(" \t\r\n\v\f a b \n"), "a b");
  EXPECT_EQ(trim("a"), "a");
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(trim(" \t\n"), "");
}

TEST(Trim, TakesOffWhatItIsTold) {
  EXPECT_EQ(trim(" a\n ", " "), "a\n");
  EXPECT_EQ(trim("xax", "x"), "a");
}

TEST(Trim, LeavesOtherSpacesOfUnicode) {
  EXPECT_EQ(trim("\u00a0a\u2003"), "\u00a0a\u2003");
}

}  // namespace trim_test
}  // namespace tacet::support
