#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "engine/unembed_kernel.h"
#include "support/compare.h"
#include "support/dot.h"

namespace tacet::engine {
namespace unembed_test {

using testing::same_bits;

std::vector<float> random_values(std::size_t count, std::uint32_t seed) {
  std::mt19937 engine(seed);
  std::vector<float> values(count);
  for (float& value : values) {
    value = static_cast<float>(static_cast<double>(engine()) / 2147483648.0 - 1.0);
  }
  return values;
}

/// Rows are worked on several at a time, with what is left over one by one, and their values in
/// sixteens: numbers on both sides of these.
TEST(MultiplyTokens, IsTheDotProductOfEachRowAndTokenBitForBit) {
  for (const std::size_t d_model : {1U, 15U, 16U, 17U, 40U, 128U, 1024U}) {
    for (const std::size_t n_rows : {1U, 2U, 3U, 4U, 5U, 6U, 7U, 12U, 13U}) {
      const std::size_t n_tokens = 5;
      const std::size_t stride = n_tokens + 2;
      const std::vector<float> rows = random_values(n_rows * d_model, 1);
      const std::vector<float> tokens = random_values(n_tokens * d_model, 2);
      const std::vector<double> wide(rows.begin(), rows.end());
      std::vector<float> expected(n_rows * stride, -7.0F);
      for (std::size_t r = 0; r < n_rows; ++r) {
        for (std::size_t t = 0; t < n_tokens; ++t) {
          expected[r * stride + t] = static_cast<float>(
              support::dot_f64(&rows[r * d_model], &tokens[t * d_model], d_model));
        }
      }
      std::vector<float> logits(n_rows * stride, -7.0F);
      multiply_tokens(wide.data(), n_rows, tokens.data(), n_tokens, d_model, logits.data(), stride);
      EXPECT_TRUE(same_bits(logits, expected)) << d_model << " values, " << n_rows << " rows";
    }
  }
}

}  // namespace unembed_test
}  // namespace tacet::engine
