#pragma once

#include <cstddef>

#include "engine/batch.h"
#include "engine/rows.h"

namespace tacet::engine {

/// Causal self-attention of one head for one run: for each row of its own, at position t,
/// z = sum over j <= t of softmax_j(q . k_j * scale) v_j, into columns [h*d, (h+1)*d) of `z`.
///
/// `qkv` is [rows, 3 * d_model] (q, k, v side by side), `z` [rows, d_model]. Keys are summed in the
/// order 0 ... t, whatever the run, so that a row's bits depend on the tokens up to its own alone.
/// Thread safe for different heads or runs.
void attend(const Rows& qkv, const Sequence& run, std::size_t head, std::size_t d_head, float scale,
            Rows& z);

}  // namespace tacet::engine
