#include "measure/displacement.h"

#include <vector>

#include <gtest/gtest.h>

namespace tacet::measure {
namespace displacement_test {

TEST(Displacement, RelativeAbsoluteAndLengthTokenByToken) {
  const TokenVectors clean(std::vector<float>{3, 4, 0, 2, 1, 0}, 2);
  const TokenVectors silenced(std::vector<float>{3, 4, 0, 5, 1, 1}, 2);
  const Displacement moved = displacement(clean, silenced, Gram(clean, 1).norms(),
                                          Gram(silenced, 1).norms(), /*first_token=*/0);
  ASSERT_EQ(moved.relative.size(), 3U);
  EXPECT_EQ(moved.relative[0], 0.0);
  EXPECT_EQ(moved.length[0], 1.0);
  EXPECT_DOUBLE_EQ(moved.absolute[1], 3.0);
  EXPECT_DOUBLE_EQ(moved.relative[1], 1.5);
  EXPECT_DOUBLE_EQ(moved.length[1], 2.5);
  EXPECT_DOUBLE_EQ(moved.absolute[2], 1.0);
}

TEST(Displacement, LeavesOutTheTokensThatCannotMove) {
  const TokenVectors clean(std::vector<float>{3, 4, 0, 2, 1, 0}, 2);
  const TokenVectors silenced(std::vector<float>{3, 4, 0, 2, 2, 0}, 2);
  const Displacement moved = displacement(clean, silenced, Gram(clean, 1).norms(),
                                          Gram(silenced, 1).norms(), /*first_token=*/2);
  EXPECT_EQ(moved.relative, (std::vector<double>{1.0}));
  EXPECT_EQ(moved.length, (std::vector<double>{2.0}));
}

}  // namespace displacement_test
}  // namespace tacet::measure
