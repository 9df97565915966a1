#include "experiment/dimension_shares.h"

#include <algorithm>
#include <cmath>

#include "measure/dimensions.h"

namespace tacet::experiment {
namespace {

/// Of the vectors that the cosine is taken of.
std::vector<double> contributions(const MeasuredState& state, const CosineTransform& transform,
                                  const measure::PairSelection& pairs, int threads) {
  if (transform.is_identity()) {
    return measure::dimension_contributions(state.vectors, state.norms(), pairs);
  }
  measure::TokenVectors vectors = state.vectors;
  transform.apply(vectors);
  const measure::Gram gram(vectors, threads);
  return measure::dimension_contributions(vectors, gram.norms(), pairs);
}

std::optional<double> share(double contribution, double mean) {
  if (mean == 0) return std::nullopt;
  return contribution / mean;
}

}  // namespace

void add_dimension_shares(LayerEffect& row, const CleanState& clean, const MeasuredState& after,
                          const Comparison& comparison, std::size_t count, int threads) {
  const CosineTransform& transform = clean.pairs(comparison).transform;
  const std::vector<double> before =
      contributions(clean.measured(), transform, comparison.pairs, threads);
  const std::vector<double> silenced = contributions(after, transform, comparison.pairs, threads);
  std::vector<double> sizes(before.size());
  std::ranges::transform(before, sizes.begin(), [](double value) { return std::abs(value); });
  for (const std::size_t k : measure::largest(sizes, count)) {
    row.dimensions.push_back({.dimension = static_cast<int>(k),
                              .clean = share(before[k], row.mean_clean),
                              .silenced = share(silenced[k], row.mean_silenced)});
  }
}

}  // namespace tacet::experiment
