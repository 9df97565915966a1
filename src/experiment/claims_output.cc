// The claim about what a head does to the tokens' similarity and to the model's output.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "experiment/claims.h"
#include "tacet/stats.h"

namespace tacet::experiment {
namespace {

constexpr double kMostAlike = 0.8;  // of the rank correlation

/// Where each value stands among all: how many are larger.
std::vector<std::int64_t> larger_than(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  std::vector<std::int64_t> larger;
  larger.reserve(values.size());
  for (const double value : values) {
    larger.push_back(sorted.end() - std::ranges::upper_bound(sorted, value));
  }
  return larger;
}

/// How many are in the top tenth of `strong` and in the bottom half of `weak`. Fewer than a tenth
/// of all are larger than one of the top tenth, and at least half larger than one of the bottom.
std::int64_t count_apart(std::span<const std::int64_t> strong, std::span<const std::int64_t> weak) {
  const auto n = static_cast<std::int64_t>(strong.size());
  std::int64_t count = 0;
  for (std::size_t i = 0; i < strong.size(); ++i) {
    if (10 * strong[i] < n && 2 * weak[i] >= n) ++count;
  }
  return count;
}

}  // namespace

Claim judge_more_than_output(const StudyEvidence& evidence) {
  std::vector<double> late;
  for (const SweepOutcome& one : evidence.outcomes) late.push_back(std::abs(one.ripple.late_delta));
  const std::optional<double> correlation = rank_correlation(late, evidence.divergences);
  const std::vector<std::int64_t> in_late = larger_than(late);
  const std::vector<std::int64_t> in_output = larger_than(evidence.divergences);
  // Where one side is the same for all heads, none is at the top of it.
  const std::int64_t n_similarity = correlation ? count_apart(in_late, in_output) : 0;
  const std::int64_t n_output = correlation ? count_apart(in_output, in_late) : 0;
  Claim claim;
  claim.id = "more_than_output";
  claim.statement =
      "What a head does to the tokens' similarity is more than what it does to the model's output.";
  claim.rule =
      "The rank correlation over all heads of abs(late) with the Kullback-Leibler divergence of "
      "the next-token distribution is below 0.8; and some head is in the top tenth of one and the "
      "bottom half of the other.";
  claim.verdict = verdict_of(correlation && *correlation<kMostAlike, n_similarity + n_output> 0);
  claim.figures = {{"n_heads", static_cast<std::int64_t>(late.size())},
                   {"rank_correlation", correlation ? FigureValue(*correlation) : FigureValue()},
                   {"largest_divergence", std::ranges::max(evidence.divergences)},
                   {"n_similarity_alone", n_similarity},
                   {"n_output_alone", n_output}};
  claim.reading =
      fmt::format("rank correlation {}; strong in one and weak in the other: {} of {} heads",
                  correlation ? fmt::format("{:+.2f}", *correlation) : "does not exist",
                  n_similarity + n_output, late.size());
  return claim;
}

}  // namespace tacet::experiment
