/// @file
/// Predictions and patches of made-up numbers.
#pragma once

#include <cstddef>

#include "tacet/patch.h"
#include "tacet/predict.h"

namespace tacet::testing {

/// Every head of mini at all positions; a joint one twice, in two modes at two positions; and one
/// whose mode was made from a file.
PredictResult made_predict();

/// A patch of three cells over so many pairs, in the direction `noise`. No two numbers are equal.
PatchResult made_patch(std::size_t n_pairs, PatchBy by);

}  // namespace tacet::testing
