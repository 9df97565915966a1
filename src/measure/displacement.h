#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "measure/similarity.h"

namespace tacet::measure {

/// How far the silenced vectors stand from the clean ones, token by token.
struct Displacement {
  std::vector<double> relative;  ///< |v' - v| / |v|
  std::vector<double> absolute;  ///< |v' - v|
  std::vector<double> length;    ///< |v'| / |v|
};

/// Compares the tokens from `first_token` on (those that can have moved).
/// Precondition: the same shape, clean norms above 0.
Displacement displacement(const TokenVectors& clean, const TokenVectors& silenced,
                          std::span<const double> clean_norms,
                          std::span<const double> silenced_norms, std::size_t first_token);

}  // namespace tacet::measure
