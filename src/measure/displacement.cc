#include "measure/displacement.h"

#include <cmath>

#include "support/dot.h"

namespace tacet::measure {

Displacement displacement(const TokenVectors& clean, const TokenVectors& silenced,
                          std::span<const double> clean_norms,
                          std::span<const double> silenced_norms, std::size_t first_token) {
  Displacement moved;
  for (std::size_t i = first_token; i < clean.n_tokens(); ++i) {
    const double distance = std::sqrt(
        support::squared_distance(silenced.row(i).data(), clean.row(i).data(), clean.d_model()));
    moved.relative.push_back(distance / clean_norms[i]);
    moved.absolute.push_back(distance);
    moved.length.push_back(silenced_norms[i] / clean_norms[i]);
  }
  return moved;
}

}  // namespace tacet::measure
