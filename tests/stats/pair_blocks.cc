#include "stats/pair_blocks.h"

#include <algorithm>
#include <random>
#include <utility>

namespace tacet::testing {

Block all_pairs(std::size_t n_tokens, std::uint32_t first_movable) {
  Block block;
  block.n_tokens = n_tokens;
  for (std::uint32_t i = 0; i < n_tokens; ++i) {
    for (std::uint32_t j = i + 1; j < n_tokens; ++j) {
      if (j >= first_movable) block.pairs.push_back({i, j});
    }
  }
  block.delta.assign(block.pairs.size(), 0.0);
  return block;
}

Block with_changes(std::size_t n_tokens, std::vector<double> delta) {
  Block block = all_pairs(n_tokens);
  block.delta = std::move(delta);
  return block;
}

Block constant(std::size_t n_tokens, double change) {
  Block block = all_pairs(n_tokens);
  std::fill(block.delta.begin(), block.delta.end(), change);
  return block;
}

Block random_block(std::size_t n_tokens, double shift, unsigned seed, std::uint32_t first_movable) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> noise(0.0, 0.01);
  Block block = all_pairs(n_tokens, first_movable);
  std::vector<double> part(n_tokens);
  for (double& p : part) p = noise(generator);
  for (std::size_t k = 0; k < block.pairs.size(); ++k) {
    const auto [i, j] = block.pairs[k];
    block.delta[k] = shift + part[i] + part[j] + noise(generator);
  }
  return block;
}

std::vector<double> random_values(std::size_t n, double shift, unsigned seed) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> value(shift, 1.0);
  std::vector<double> values(n);
  for (double& v : values) v = value(generator);
  return values;
}

}  // namespace tacet::testing
