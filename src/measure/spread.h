#pragma once

#include <cstddef>

#include "measure/similarity.h"

namespace tacet::measure {

/// Effective rank of the tokens from `first_token` on: exp(-sum p log p) with p the eigenvalues of
/// their Gram matrix v_i . v_j, divided by their sum. From 1 (all on one line) to the number of
/// tokens. Source: Roy and Vetterli 2007, on the squared singular values.
/// Precondition: at least one vector is not 0.
double effective_rank(const Gram& gram, std::size_t first_token);

}  // namespace tacet::measure
