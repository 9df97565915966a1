#pragma once

#include <cstddef>
#include <span>

#include "engine/batch.h"
#include "engine/rows.h"

namespace tacet::engine {

/// Queries, keys and values side by side, [rows, 3 * d_model]: of a run's own rows, which stand
/// there from `own_first` on instead of from its first row on, and of the rows that it shares.
struct AttentionRows {
  const Rows& own;
  std::size_t own_first = 0;
  const Rows& shared;

  std::span<const float> row(const Sequence& run, std::size_t position) const {
    if (position < run.first_own) return shared.row(run.row_of[position]);
    return own.row(own_first + position - run.first_own);
  }
};

/// Causal self-attention of one head for one run: for each row of its own, at position t,
/// z = sum over j <= t of softmax_j(q . k_j * scale) v_j, into columns [h*d, (h+1)*d) of `z`.
///
/// `z` is [rows, d_model]. Keys are summed in the order 0 ... t, whatever the run, so that a row's
/// bits depend on the tokens up to its own alone.
/// Thread safe for different heads or runs.
void attend(const AttentionRows& qkv, const Sequence& run, std::size_t head, std::size_t d_head,
            float scale, Rows& z);

}  // namespace tacet::engine
