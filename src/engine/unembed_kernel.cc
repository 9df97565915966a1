#include "engine/unembed_kernel.h"

#include <algorithm>

#include "engine/vector_targets.h"  // before Highway's headers

// Everything between HWY_BEFORE_NAMESPACE and HWY_AFTER_NAMESPACE is compiled once for each vector
// unit; the best one is chosen when the program runs.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/unembed_kernel.cc"
// The first of these includes this file again, for each vector unit.
// clang-format off
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace tacet::engine::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

/// Interleaved parts of every sum, as in dot_f64.
constexpr std::size_t kParts = 16;
/// No wider than the parts of a sum.
constexpr hn::CappedTag<double, kParts> kTag;
constexpr hn::Rebind<float, decltype(kTag)> kFloatTag;
using Vector = hn::Vec<decltype(kTag)>;
constexpr std::size_t kLanes = hn::MaxLanes(kTag);
constexpr std::size_t kVectors = kParts / kLanes;
/// Rows at a time: as many as leave room in the registers for a piece of the token.
constexpr std::size_t kRows = std::max<std::size_t>(1, 12 / kVectors);

/// Adds the parts of a sum in a fixed tree, then what is left over.
float total(double* parts, const double* row, const float* token, std::size_t first,
            std::size_t d_model) {
  for (std::size_t half = kParts / 2; half > 0; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) parts[i] += parts[i + half];
  }
  double sum = parts[0];
  for (std::size_t k = first; k < d_model; ++k) sum += row[k] * static_cast<double>(token[k]);
  return static_cast<float>(sum);
}

/// One token with kN rows.
template <std::size_t kN>
void multiply_token(const double* HWY_RESTRICT rows, const float* HWY_RESTRICT token,
                    std::size_t d_model, float* HWY_RESTRICT out, std::size_t out_stride) {
  Vector sums[kN][kVectors];
#pragma GCC unroll 16
  for (std::size_t r = 0; r < kN; ++r) {
#pragma GCC unroll 16
    for (std::size_t v = 0; v < kVectors; ++v) sums[r][v] = hn::Zero(kTag);
  }
  std::size_t k = 0;
  for (; k + kParts <= d_model; k += kParts) {
#pragma GCC unroll 16
    for (std::size_t v = 0; v < kVectors; ++v) {
      const std::size_t at = k + v * kLanes;
      const Vector value = hn::PromoteTo(kTag, hn::LoadU(kFloatTag, token + at));
#pragma GCC unroll 16
      for (std::size_t r = 0; r < kN; ++r) {
        // The product of two float32 is exact in double: fused or not, the bits are the same.
        sums[r][v] = hn::MulAdd(hn::LoadU(kTag, rows + r * d_model + at), value, sums[r][v]);
      }
    }
  }
#pragma GCC unroll 16
  for (std::size_t r = 0; r < kN; ++r) {
    double parts[kParts];
#pragma GCC unroll 16
    for (std::size_t v = 0; v < kVectors; ++v) hn::StoreU(sums[r][v], kTag, parts + v * kLanes);
    out[r * out_stride] = total(parts, rows + r * d_model, token, k, d_model);
  }
}

}  // namespace

void MultiplyTokens(const double* rows, std::size_t n_rows, const float* tokens,
                    std::size_t n_tokens, std::size_t d_model, float* out, std::size_t out_stride) {
  std::size_t row = 0;
  for (; row + kRows <= n_rows; row += kRows) {
    for (std::size_t t = 0; t < n_tokens; ++t) {
      multiply_token<kRows>(rows + row * d_model, tokens + t * d_model, d_model,
                            out + row * out_stride + t, out_stride);
    }
  }
  for (; row < n_rows; ++row) {
    for (std::size_t t = 0; t < n_tokens; ++t) {
      multiply_token<1>(rows + row * d_model, tokens + t * d_model, d_model,
                        out + row * out_stride + t, out_stride);
    }
  }
}

}  // namespace tacet::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tacet::engine {

HWY_EXPORT(MultiplyTokens);

void multiply_tokens(const double* rows, std::size_t n_rows, const float* tokens,
                     std::size_t n_tokens, std::size_t d_model, float* out,
                     std::size_t out_stride) {
  HWY_DYNAMIC_DISPATCH(MultiplyTokens)
  (rows, n_rows, tokens, n_tokens, d_model, out, out_stride);
}

}  // namespace tacet::engine
#endif
