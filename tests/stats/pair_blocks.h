/// @file
/// Changes of pairs, made up for the tests of tacet/pair_tests.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tacet/pair_tests.h"

namespace tacet::testing {

/// Changes with the pairs that they belong to.
struct Block {
  PairChanges changes() const { return {delta, pairs, n_tokens}; }

  std::vector<double> delta;
  std::vector<TokenPair> pairs;
  std::size_t n_tokens = 0;
};

/// The pairs i < j whose j is at or after the first token that can move; no change.
Block all_pairs(std::size_t n_tokens, std::uint32_t first_movable = 0);

/// All pairs with the changes given.
Block with_changes(std::size_t n_tokens, std::vector<double> delta);

/// All pairs with one change.
Block constant(std::size_t n_tokens, double change);

/// Changes with a part of each of their tokens.
Block random_block(std::size_t n_tokens, double shift, unsigned seed,
                   std::uint32_t first_movable = 0);

/// Normal, around `shift`, with a standard deviation of 1.
std::vector<double> random_values(std::size_t n, double shift, unsigned seed);

}  // namespace tacet::testing
