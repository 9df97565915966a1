#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "measure/similarity.h"

namespace tacet::measure {

/// H K H of the Gram matrix K of some tokens, H = I - 11'/n: their products once the tokens' mean
/// is taken out of every vector.
struct CentredGram {
  std::vector<double> values;  ///< lower triangle with the diagonal, row by row
  double norm_squared = 0;     ///< squared Frobenius norm; 0 when the tokens do not differ
};

/// Of the tokens from `first_token` on. Tokens that differ by no more than rounding count as equal.
CentredGram centred_gram(const Gram& gram, std::size_t first_token);

/// Linear centred kernel alignment of two states of the same tokens: <HKH, HLH> / (|HKH| |HLH|),
/// from 0 to 1; exactly 1 for equal products. It does not change when one state is turned, shifted
/// or stretched as a whole. nullopt where the tokens of a state do not differ from each other.
/// Source: Kornblith, Norouzi, Lee and Hinton 2019, equations 1 and 3 with linear kernels.
/// Precondition: the same number of tokens.
std::optional<double> cka(const CentredGram& clean, const CentredGram& silenced);

}  // namespace tacet::measure
