/// @file
/// The matrices of pairs behind a result: what a page or a figure shows of single pairs.
#pragma once

#include <vector>

#include "tacet/silence.h"

namespace tacet {

/// Cosine similarities of all M(M-1)/2 pairs i < j of tokens, in the order (0,1), (0,2), ...,
/// (M-2,M-1), for one state after the other: blocks 0 to L-1, then ln_f's output. Shape
/// [n_layer + 1, M(M-1)/2].
struct PairMatrices {
  std::vector<float> clean;
  std::vector<float> silenced;
};

/// The matrices of a result that was made with `keep_states`, with the result's kind of cosine: a
/// centred or standardised one takes its means and deviations from the clean state, of the tokens
/// that take part in pairs, and one without rogue dimensions leaves out those of the result. Pairs
/// that the tests leave out are there too. Throws UsageError when the result holds no states,
/// NumericError for a vector of zero length. Thread safe.
PairMatrices pair_matrices(const SilenceResult& result);

}  // namespace tacet
