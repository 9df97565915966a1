#include "support/memory.h"

#include <gtest/gtest.h>

namespace tacet::support {
namespace memory_test {

TEST(AvailableMemory, IsBetweenAMegabyteAndWhatNoMachineHas) {
  EXPECT_GT(available_memory(), std::uint64_t{1} << 20U);
  EXPECT_LT(available_memory(), std::uint64_t{1} << 50U);
}

}  // namespace memory_test
}  // namespace tacet::support
