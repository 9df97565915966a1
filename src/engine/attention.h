#pragma once

#include <cstddef>
#include <span>

#include "engine/rows.h"

namespace tacet::engine {

/// The queries, keys and values that one run's rows attend with.
///
/// A run that starts at position p0 shares the keys and values of the positions before p0 with the
/// clean run, which it cannot have changed.
struct AttentionRun {
  std::size_t first_position = 0;  ///< p0, position of the run's first row
  std::size_t n_rows = 0;          ///< rows of the run: M - p0
  std::size_t first_row = 0;       ///< index of its first row in `qkv` and `z`
};

/// Causal self-attention of one head for one run: for each of its rows at position t,
/// z = sum over j <= t of softmax_j(q . k_j * scale) v_j, into columns [h*d, (h+1)*d) of `z`.
///
/// `qkv` is [rows, 3 * d_model] (q, k, v side by side), the clean run's row for position t being
/// row t; `z` is [rows, d_model]. Keys are summed in the order 0 ... t, whatever the run, so that a
/// row's bits depend on the tokens up to its own alone. Thread safe for different heads or runs.
void attend(const Rows& qkv, const AttentionRun& run, std::size_t head, std::size_t d_head,
            float scale, Rows& z);

}  // namespace tacet::engine
