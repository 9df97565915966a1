#include <bit>
#include <cstdint>
#include <cstring>

#include "model/weights.h"
#include "support/simd.h"

namespace tacet::model {
namespace {

// The bits of the float32 equal to a float16. Without branches, so that the loop below is
// vectorised; with the same bits as the processors' own instruction (a NaN becomes a quiet one).
inline std::uint32_t half_to_float_bits(std::uint32_t half) {
  constexpr std::uint32_t kExponent = 0x7c00U << 13;  // all ones, where float32 has its exponent
  constexpr std::uint32_t kRebias = (127U - 15U) << 23;
  constexpr std::uint32_t kSmallestNormal = 113U << 23;  // 2^-14
  const std::uint32_t shifted = (half & 0x7fffU) << 13;
  const std::uint32_t exponent = shifted & kExponent;
  const std::uint32_t normal = shifted + kRebias;
  const std::uint32_t quiet = shifted > kExponent ? 0x00400000U : 0U;
  const std::uint32_t special = (normal + ((128U - 16U) << 23)) | quiet;
  // A subnormal is mantissa * 2^-24: read as 2^-14 + mantissa * 2^-24, less 2^-14, exactly.
  const std::uint32_t subnormal = std::bit_cast<std::uint32_t>(
      std::bit_cast<float>(normal + (1U << 23)) - std::bit_cast<float>(kSmallestNormal));
  std::uint32_t bits = exponent == kExponent ? special : normal;
  bits = exponent == 0 ? subnormal : bits;
  return bits | ((half & 0x8000U) << 16);
}

TACET_SIMD_CLONES void convert_f16(const std::byte* in, std::size_t count, float* out) {
  for (std::size_t i = 0; i < count; ++i) {
    std::uint16_t half = 0;
    std::memcpy(&half, in + 2 * i, sizeof half);
    out[i] = std::bit_cast<float>(half_to_float_bits(half));
  }
}

TACET_SIMD_CLONES void convert_bf16(const std::byte* in, std::size_t count, float* out) {
  for (std::size_t i = 0; i < count; ++i) {
    std::uint16_t upper = 0;
    std::memcpy(&upper, in + 2 * i, sizeof upper);
    out[i] = std::bit_cast<float>(std::uint32_t{upper} << 16);
  }
}

}  // namespace

void copy_to_float(const Tensor& tensor, std::int64_t first, std::span<float> out) {
  const std::byte* const in = tensor.data + static_cast<std::size_t>(first) * size_of(tensor.dtype);
  if (out.empty()) return;
  switch (tensor.dtype) {
    case Dtype::f32:
      std::memcpy(out.data(), in, out.size_bytes());
      break;
    case Dtype::f16:
      convert_f16(in, out.size(), out.data());
      break;
    case Dtype::bf16:
      convert_bf16(in, out.size(), out.data());
      break;
  }
}

}  // namespace tacet::model
