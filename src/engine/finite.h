#pragma once

#include <span>
#include <string_view>

#include "model/weights.h"

namespace tacet::engine {

/// Whether no value is NaN or infinite.
bool all_finite(std::span<const float> values);

/// Throws NumericError for a state that is not finite, naming the block (`layer` -1 is the
/// embedding, n_layer is ln_f), the position and, where one is to blame, the tensor of that block
/// that holds a NaN or an infinity. `change` says what the run does, "L3H5 silenced"; empty for the
/// clean run.
[[noreturn]] void report_not_finite(const model::Weights& weights, int layer, int position,
                                    std::string_view change);

}  // namespace tacet::engine
