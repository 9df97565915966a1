// The token-swap test: EXPERIMENT, "Why the plain t-test is not the last word".
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

#include <fmt/format.h>

#include "stats/draws.h"
#include "stats/random.h"
#include "tacet/error.h"
#include "tacet/pair_tests.h"

namespace tacet {
namespace {

constexpr std::size_t kFewestUseful = 6;

/// One block's parts of the tokens that moved in any block.
struct Moved {
  std::vector<double> parts;
  double sum = 0;      // |sum of parts| that a pattern must reach
  double reached = 0;  // the same less the slack
  double length = 0;   // sqrt of the sum of squares; 0 when nothing moved in this block
  std::int64_t n_own = 0;
  std::int64_t n_max = 0;
};

std::vector<std::size_t> moved_tokens(std::span<const std::vector<double>> parts) {
  std::vector<std::size_t> moved;
  for (std::size_t token = 0; token < parts.front().size(); ++token) {
    if (std::ranges::any_of(parts, [&](const auto& block) { return block[token] != 0; })) {
      moved.push_back(token);
    }
  }
  return moved;
}

Moved moved_parts(const std::vector<double>& block, const std::vector<std::size_t>& tokens) {
  Moved moved;
  double squares = 0;
  double absolute = 0;
  double sum = 0;
  // Scaled by the largest, so that squares of the smallest changes do not vanish.
  double largest = 0;
  for (const std::size_t token : tokens) largest = std::max(largest, std::abs(block[token]));
  for (const std::size_t token : tokens) {
    moved.parts.push_back(block[token]);
    sum += block[token];
    absolute += std::abs(block[token]);
    if (largest > 0) squares += (block[token] / largest) * (block[token] / largest);
  }
  moved.sum = std::abs(sum);
  moved.reached = moved.sum - stats::kTieSlack * absolute;
  moved.length = largest * std::sqrt(squares);
  return moved;
}

/// Counts one pattern: `sums` are the blocks' sums under it.
class Counter {
 public:
  explicit Counter(std::vector<Moved>& blocks) : blocks_(blocks) {
    for (const Moved& block : blocks_) {
      statistics_.push_back(block.length > 0 ? block.reached / block.length : 0);
    }
  }

  void count(std::span<const double> sums) {
    double largest = 0;
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
      if (blocks_[b].length == 0) continue;
      blocks_[b].n_own += std::abs(sums[b]) >= blocks_[b].reached;
      largest = std::max(largest, std::abs(sums[b]) / blocks_[b].length);
    }
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
      blocks_[b].n_max += largest >= statistics_[b];
    }
  }

 private:
  std::vector<Moved>& blocks_;
  std::vector<double> statistics_;
};

/// The sums of all patterns of the tokens first … last, [pattern][block]; bit k is token first + k.
std::vector<double> partial_sums(const std::vector<Moved>& blocks, std::size_t first,
                                 std::size_t last) {
  const std::size_t n_patterns = std::size_t{1} << (last - first);
  std::vector<double> sums(n_patterns * blocks.size(), 0.0);
  for (std::size_t pattern = 0; pattern < n_patterns; ++pattern) {
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      double sum = 0;
      for (std::size_t token = first; token < last; ++token) {
        const bool minus = ((pattern >> (token - first)) & 1U) != 0;
        sum += minus ? -blocks[b].parts[token] : blocks[b].parts[token];
      }
      sums[pattern * blocks.size() + b] = sum;
    }
  }
  return sums;
}

/// All patterns but for a common sign, which changes no absolute value: the last token keeps its
/// own. Two halves of the tokens are added up beforehand. Returns how many patterns that are.
std::int64_t enumerate(std::vector<Moved>& blocks, std::size_t n_tokens) {
  const std::size_t n_blocks = blocks.size();
  const std::size_t middle = n_tokens / 2;
  const std::vector<double> low = partial_sums(blocks, 0, middle);
  const std::vector<double> high = partial_sums(blocks, middle, n_tokens);
  const std::size_t n_low = low.size() / n_blocks;
  const std::size_t n_high = high.size() / n_blocks / 2;
  Counter counter(blocks);
  std::vector<double> sums(n_blocks);
  for (std::size_t h = 0; h < n_high; ++h) {
    for (std::size_t l = 0; l < n_low; ++l) {
      for (std::size_t b = 0; b < n_blocks; ++b) {
        sums[b] = low[l * n_blocks + b] + high[h * n_blocks + b];
      }
      counter.count(sums);
    }
  }
  return static_cast<std::int64_t>(n_high * n_low);
}

void sample(std::vector<Moved>& blocks, std::size_t n_tokens, const ResamplingOptions& options) {
  constexpr std::size_t kBits = 64;
  stats::Random random(options.seed);
  Counter counter(blocks);
  std::vector<double> sums(blocks.size());
  for (std::int64_t draw = 0; draw < options.draws; ++draw) {
    std::ranges::fill(sums, 0.0);
    std::uint64_t bits = 0;
    for (std::size_t token = 0; token < n_tokens; ++token) {
      if (token % kBits == 0) bits = random.next();
      const bool minus = ((bits >> (token % kBits)) & 1U) != 0;
      for (std::size_t b = 0; b < blocks.size(); ++b) {
        sums[b] += minus ? -blocks[b].parts[token] : blocks[b].parts[token];
      }
    }
    counter.count(sums);
  }
}

std::vector<double> shares(const std::vector<double>& parts) {
  const double sum = std::accumulate(parts.begin(), parts.end(), 0.0);
  if (sum == 0) return {};
  std::vector<double> result(parts.size());
  std::ranges::transform(parts, result.begin(), [sum](double part) { return part / sum; });
  return result;
}

std::string limit_of(std::size_t n_moved) {
  if (n_moved == 1) {
    return "only one token moved: its two states exchanged give the same sum, so p is 1 always";
  }
  if (n_moved < kFewestUseful) {
    return fmt::format("only {} tokens moved: p cannot fall below {}", n_moved,
                       std::ldexp(1.0, 1 - static_cast<int>(n_moved)));
  }
  return "";
}

}  // namespace

std::vector<double> token_swap_parts(std::span<const double> clean,
                                     std::span<const double> silenced, std::size_t n_tokens) {
  if (clean.size() != silenced.size() || n_tokens == 0 || clean.size() % n_tokens != 0) {
    throw UsageError(
        fmt::format("the token-swap test got {} clean and {} silenced values of {} "
                    "tokens; give two arrays [tokens, d]",
                    clean.size(), silenced.size(), n_tokens));
  }
  const std::size_t d = clean.size() / n_tokens;
  const auto length = [](std::span<const double> v) {
    return std::sqrt(std::inner_product(v.begin(), v.end(), v.begin(), 0.0));
  };
  // Per token the difference and the sum of the two unit vectors, and the sum of the sums.
  std::vector<double> differences(clean.size());
  std::vector<double> both(clean.size());
  std::vector<double> total(d, 0.0);
  for (std::size_t token = 0; token < n_tokens; ++token) {
    const auto before = clean.subspan(token * d, d);
    const auto after = silenced.subspan(token * d, d);
    // A token that did not move has a part of exactly 0, however its length rounds.
    const double of_clean = 1 / length(before);
    const double of_silenced = 1 / length(after);
    for (std::size_t k = 0; k < d; ++k) {
      const double u = before[k] * of_clean;
      const double v = after[k] * of_silenced;
      differences[token * d + k] = v - u;
      both[token * d + k] = u + v;
      total[k] += u + v;
    }
  }
  std::vector<double> parts(n_tokens);
  for (std::size_t token = 0; token < n_tokens; ++token) {
    double part = 0;
    for (std::size_t k = 0; k < d; ++k) {
      part += differences[token * d + k] * (total[k] - both[token * d + k]);
    }
    parts[token] = part / 2;
  }
  return parts;
}

std::vector<TokenSwapResult> token_swap_test(std::span<const std::vector<double>> parts,
                                             const ResamplingOptions& options) {
  std::vector<TokenSwapResult> results(parts.size());
  if (parts.empty()) return results;
  for (const std::vector<double>& block : parts) {
    if (block.size() != parts.front().size()) {
      throw UsageError("the token-swap test got blocks of different numbers of tokens");
    }
  }
  const std::vector<std::size_t> tokens = moved_tokens(parts);
  std::vector<Moved> blocks;
  for (const std::vector<double>& block : parts) blocks.push_back(moved_parts(block, tokens));
  const bool exact = tokens.size() <= kMostTokensEnumerated;
  if (!exact && options.draws < stats::kFewestDraws) {
    throw UsageError(fmt::format("{} draws are too few for a p-value; use at least {}",
                                 options.draws, stats::kFewestDraws));
  }
  std::int64_t n_patterns = options.draws;
  if (exact) {
    if (!tokens.empty()) n_patterns = enumerate(blocks, tokens.size());
  } else {
    sample(blocks, tokens.size(), options);
  }
  const auto share = [&](std::int64_t count) {
    return exact ? static_cast<double>(count) / static_cast<double>(n_patterns)
                 : static_cast<double>(1 + count) / static_cast<double>(n_patterns + 1);
  };
  for (std::size_t b = 0; b < parts.size(); ++b) {
    TestResult& result = results[b].result;
    result.name = Test::token_swap;
    if (blocks[b].length == 0) continue;
    const double sum = std::accumulate(parts[b].begin(), parts[b].end(), 0.0);
    result.statistic = sum / blocks[b].length;
    result.p = share(blocks[b].n_own);
    result.log10_p = std::log10(*result.p);
    result.token_share = shares(parts[b]);
    result.note = limit_of(static_cast<std::size_t>(
        std::ranges::count_if(parts[b], [](double part) { return part != 0; })));
    if (!exact) {
      result.resampling = Resampling{.seed = options.seed,
                                     .draws = options.draws,
                                     .redrawn = 0,
                                     .percentile_low = {},
                                     .percentile_high = {}};
    }
    results[b].p_max_t = share(blocks[b].n_max);
  }
  return results;
}

}  // namespace tacet
