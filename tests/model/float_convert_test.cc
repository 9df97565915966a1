#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "model/weights.h"

namespace tacet::model {
namespace float_convert_test {

// What the format says a float16 is worth, by its formula; NaN apart.
double value_of_half(std::uint32_t half) {
  const double sign = (half & 0x8000U) != 0 ? -1.0 : 1.0;
  const int exponent = static_cast<int>((half >> 10) & 0x1fU);
  const double mantissa = half & 0x3ffU;
  if (exponent == 31) {
    return mantissa == 0 ? sign * std::numeric_limits<double>::infinity()
                         : std::numeric_limits<double>::quiet_NaN();
  }
  if (exponent == 0) return sign * std::ldexp(mantissa, -24);
  return sign * std::ldexp(1024.0 + mantissa, exponent - 25);
}

// All 65,536 numbers of 16 bits, `shift` bytes behind the start of the buffer.
std::vector<std::byte> all_16_bit_numbers(std::size_t shift) {
  std::vector<std::byte> bytes(shift + 2 * 65536);
  for (std::uint32_t i = 0; i < 65536; ++i) {
    const auto number = static_cast<std::uint16_t>(i);
    std::memcpy(bytes.data() + shift + 2 * std::size_t{i}, &number, sizeof number);
  }
  return bytes;
}

TEST(CopyToFloat, EveryHalfIsExact) {
  for (const std::size_t shift : {0U, 1U, 2U, 3U}) {
    const std::vector<std::byte> bytes = all_16_bit_numbers(shift);
    const Tensor tensor{"t", bytes.data() + shift, Dtype::f16, 256, 256};
    std::vector<float> values(65536);
    copy_to_float(tensor, 0, values);
    for (std::uint32_t i = 0; i < 65536; ++i) {
      const double wanted = value_of_half(i);
      const auto found = static_cast<double>(values[i]);
      ASSERT_EQ(std::signbit(values[i]), (i & 0x8000U) != 0) << i;
      if (std::isnan(wanted)) {
        // As the processors do it: quiet, with the payload kept.
        ASSERT_EQ(std::bit_cast<std::uint32_t>(values[i]) & 0x7fffffffU,
                  0x7fc00000U | ((i & 0x3ffU) << 13))
            << i;
      } else {
        ASSERT_EQ(found, wanted) << i;
      }
    }
  }
}

TEST(CopyToFloat, EveryBfloatIsTheUpperHalfOfAFloat) {
  const std::vector<std::byte> bytes = all_16_bit_numbers(1);
  const Tensor tensor{"t", bytes.data() + 1, Dtype::bf16, 1, 65536};
  std::vector<float> values(65536);
  copy_to_float(tensor, 0, values);
  for (std::uint32_t i = 0; i < 65536; ++i) {
    ASSERT_EQ(std::bit_cast<std::uint32_t>(values[i]), i << 16);
  }
}

TEST(CopyToFloat, FloatsKeepTheirBitsAtAnyAlignment) {
  const std::vector<std::uint32_t> numbers{0x00000001U, 0x80000000U, 0x7f800001U, 0x3f800000U,
                                           0xff800000U, 0x7fffffffU, 0x12345678U};
  for (std::size_t shift = 0; shift < 4; ++shift) {
    std::vector<std::byte> bytes(shift + 4 * numbers.size());
    std::memcpy(bytes.data() + shift, numbers.data(), 4 * numbers.size());
    const Tensor tensor{"t", bytes.data() + shift, Dtype::f32, 1,
                        static_cast<std::int64_t>(numbers.size())};
    std::vector<float> values(numbers.size());
    copy_to_float(tensor, 0, values);
    EXPECT_EQ(std::memcmp(values.data(), numbers.data(), 4 * numbers.size()), 0);
  }
}

// The same bits whichever way the vectorised loop cuts the range.
TEST(CopyToFloat, PartsEqualTheWhole) {
  const std::vector<std::byte> bytes = all_16_bit_numbers(0);
  for (const Dtype dtype : {Dtype::f16, Dtype::bf16, Dtype::f32}) {
    const std::int64_t count = dtype == Dtype::f32 ? 32768 : 65536;
    const Tensor tensor{"t", bytes.data(), dtype, 1, count};
    std::vector<float> whole(static_cast<std::size_t>(count));
    copy_to_float(tensor, 0, whole);
    std::int64_t first = 0;
    for (std::size_t length = 0; first + static_cast<std::int64_t>(length) <= count; ++length) {
      std::vector<float> part(length);
      copy_to_float(tensor, first, part);
      ASSERT_TRUE(length == 0 ||
                  std::memcmp(part.data(), whole.data() + first, length * sizeof(float)) == 0)
          << first;
      first += static_cast<std::int64_t>(length);
    }
  }
}

}  // namespace float_convert_test
}  // namespace tacet::model
