#include "engine/attention.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "support/dot.h"
#include "support/simd.h"

namespace tacet::engine {
namespace {

TACET_SIMD_CLONES void add_scaled(float* out, const float* in, float factor, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] += factor * in[i];
}

/// scores[0 ... n) becomes exp(score - max); returns the sum.
double exponentiate(std::span<float> scores) {
  const float top = *std::ranges::max_element(scores);
  double sum = 0;
  for (float& score : scores) {
    score = std::exp(score - top);
    sum += static_cast<double>(score);
  }
  return sum;
}

}  // namespace

void attend(const Rows& qkv, const Sequence& run, std::size_t head, std::size_t d_head, float scale,
            Rows& z) {
  const std::size_t d_model = qkv.cols() / 3;
  const std::size_t column = head * d_head;
  std::vector<float> scores(run.row_of.size());
  for (std::size_t t = run.first_own; t < run.row_of.size(); ++t) {
    const float* query = qkv.row(run.row_of[t]).data() + column;
    for (std::size_t j = 0; j <= t; ++j) {
      const float* key = qkv.row(run.row_of[j]).data() + d_model + column;
      scores[j] = support::dot_f32(query, key, d_head) * scale;
    }
    const double sum = exponentiate({scores.data(), t + 1});
    float* out = z.row(run.row_of[t]).data() + column;
    std::fill_n(out, d_head, 0.0F);
    for (std::size_t j = 0; j <= t; ++j) {
      const auto weight = static_cast<float>(static_cast<double>(scores[j]) / sum);
      add_scaled(out, qkv.row(run.row_of[j]).data() + 2 * d_model + column, weight, d_head);
    }
  }
}

}  // namespace tacet::engine
