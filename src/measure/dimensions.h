#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "measure/similarity.h"

namespace tacet::measure {

/// What every dimension contributes to the mean cosine of the selected pairs, [d_model]: the mean
/// of u_d v_d / (|u| |v|) over the pairs. The contributions sum to the mean cosine; all 0 without
/// pairs. Source: Timkey and van Schijndel 2021, section 3.2.
/// `norms` are the lengths of all tokens' vectors. Precondition: no selected token has norm 0.
std::vector<double> dimension_contributions(const TokenVectors& vectors,
                                            std::span<const double> norms,
                                            const PairSelection& pairs);

/// The `count` dimensions with the largest values, largest first; of equal ones the lower comes
/// first. Precondition: count <= values.size().
std::vector<std::size_t> largest(std::span<const double> values, std::size_t count);

/// Takes `dimensions` out of every vector: their values become 0, so that no length or product sees
/// them.
void leave_out(std::span<const std::size_t> dimensions, TokenVectors& vectors);

}  // namespace tacet::measure
