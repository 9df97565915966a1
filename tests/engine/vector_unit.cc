// Holds the program to the vector unit that TACET_TEST_VECTOR_UNIT names, for tests of the kernels
// that a machine would not choose by itself.
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

#include <gtest/gtest.h>
#include <hwy/targets.h>

namespace tacet {
namespace {

class VectorUnit : public ::testing::Environment {
 public:
  void SetUp() override {
    const char* const wanted = std::getenv("TACET_TEST_VECTOR_UNIT");
    if (wanted == nullptr) return;
    for (std::int64_t rest = hwy::SupportedTargets(); rest != 0; rest &= rest - 1) {
      const std::int64_t target = rest & -rest;
      if (hwy::TargetName(target) == std::string(wanted)) {
        hwy::SetSupportedTargetsForTest(target);
        return;
      }
    }
    std::cout << "no " << wanted << " here: the tests run on the best unit\n";
  }
};

[[maybe_unused]] const ::testing::Environment* const kVectorUnit =
    ::testing::AddGlobalTestEnvironment(new VectorUnit);  // gtest owns it

}  // namespace
}  // namespace tacet
