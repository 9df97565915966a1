#include "measure/cka.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tacet::measure {
namespace {

/// Sum of a_ij b_ij over the whole matrices, of which the lower triangles are given.
double inner_product(const std::vector<double>& a, const std::vector<double>& b) {
  double below = 0;
  double diagonal = 0;
  std::size_t at = 0;
  for (std::size_t row = 0; at < a.size(); ++row) {
    for (std::size_t column = 0; column < row; ++column, ++at) below += a[at] * b[at];
    diagonal += a[at] * b[at];
    ++at;
  }
  return 2 * below + diagonal;
}

}  // namespace

CentredGram centred_gram(const Gram& gram, std::size_t first_token) {
  const std::size_t n = gram.n_tokens() - first_token;
  std::vector<double> row_means(n, 0.0);
  double largest = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      const double product = gram.product(first_token + i, first_token + j);
      row_means[i] += product / static_cast<double>(n);
      largest = std::max(largest, std::abs(product));
    }
  }
  double mean = 0;
  for (const double row : row_means) mean += row / static_cast<double>(n);

  CentredGram centred;
  centred.values.reserve(n * (n + 1) / 2);
  double farthest = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      const double value =
          gram.product(first_token + i, first_token + j) - row_means[i] - row_means[j] + mean;
      centred.values.push_back(value);
      farthest = std::max(farthest, std::abs(value));
    }
  }
  // What is left of equal tokens is the rounding of the means.
  const double rounding = 64 * std::numeric_limits<double>::epsilon() * largest;
  if (farthest > rounding) centred.norm_squared = inner_product(centred.values, centred.values);
  return centred;
}

std::optional<double> cka(const CentredGram& clean, const CentredGram& silenced) {
  if (!(clean.norm_squared > 0) || !(silenced.norm_squared > 0)) return std::nullopt;
  if (clean.values == silenced.values) return 1.0;
  const double product = inner_product(clean.values, silenced.values);
  const double norms = std::sqrt(clean.norm_squared) * std::sqrt(silenced.norm_squared);
  return std::clamp(product / norms, 0.0, 1.0);
}

}  // namespace tacet::measure
