/// @file
/// Tests of one block's change that know that pairs share tokens, and the Wilcoxon test beside
/// them. Pure functions on doubles, thread safe; values must be finite. What each assumes, and
/// where it fails, stands in docs/statistics.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tacet/stats.h"

namespace tacet {

/// The tokens of one pair, i < j.
struct TokenPair {
  std::uint32_t i = 0;
  std::uint32_t j = 0;
};

/// The changes of a block's pairs, and who shares a token with whom.
struct PairChanges {
  std::span<const double> delta;     ///< silenced - clean, [P]
  std::span<const TokenPair> pairs;  ///< [P]; each pair once
  std::size_t n_tokens = 0;          ///< M, tokens that take part in pairs
};

/// How a resampling test drew.
struct Resampling {
  std::uint64_t seed = 0;
  std::int64_t draws = 0;
  std::int64_t redrawn = 0;              ///< resamples without a pair, drawn again
  std::optional<double> percentile_low;  ///< percentile interval of the mean change at 1 - alpha
  std::optional<double> percentile_high;
};

/// What one test says of one block. A number that does not exist is nullopt, and `note` says why
/// unless the block is unchanged. Doubles may be infinite, never NaN.
struct TestResult {
  Test name = Test::paired;
  std::optional<double> statistic;
  std::optional<double> df;
  std::optional<double> se;          ///< standard error of the mean change
  std::optional<double> p;           ///< two-sided; 0 only below the smallest double
  std::optional<double> log10_p;     ///< -infinity only where p is truly 0
  std::optional<double> p_adjusted;  ///< within the family, filled by the experiment
  bool significant = false;          ///< p_adjusted < alpha
  std::optional<double> ci_low;      ///< interval of the mean change at 1 - alpha, uncorrected
  std::optional<double> ci_high;
  std::string note;                 ///< a limit of the test on these data; empty without one
  std::vector<double> token_share;  ///< token-swap alone: tau_i / sum of tau, [M]; they add up to 1
  std::optional<Resampling> resampling;  ///< of the tests that resample
};

/// The paired or the independent t-test as a TestResult. Errors as for `paired_t_test`.
TestResult t_test_result(Test name, std::span<const double> clean, std::span<const double> silenced,
                         double alpha);

/// Wilcoxon's signed-rank test of `delta`: statistic W+, the sum of the ranks of the positive
/// changes. Changes of exactly 0 are left out (Wilcoxon's own way); ties share their mean rank. p
/// is exact for up to 50 changes without zeros and ties, otherwise by the normal approximation with
/// the variance corrected for ties, without a continuity correction (SciPy's `wilcoxon` with its
/// defaults). No interval, no standard error. Without a change that is not 0 there are no numbers.
TestResult wilcoxon_test(std::span<const double> delta);

/// The dyadic-robust t-test: pairs that share a token may depend on each other.
/// V = M(M-1)/((M-2)(M-3)) P^-2 sum of e_d e_d' over all ordered pairs of pairs that share a token,
/// never below sd^2/P; t = mean / sqrt(V) with M - 1 degrees of freedom. Needs M >= 4, otherwise no
/// numbers and a note. Source: Aronow, Samii and Assenova 2015, Political Analysis 23(4); the
/// factor is that of EXPERIMENT. Throws UsageError for lengths that differ, P < 2 or alpha outside
/// (0, 1).
TestResult dyadic_test(const PairChanges& changes, double alpha);

/// The jackknife over tokens: the mean change without each token in turn,
/// se^2 = (M-1)/M sum (theta_-i - mean of theta_-i)^2, t = mean / se with M - 1 degrees of freedom.
/// Needs at least one pair without each token (M >= 4, or 3 with all pairs), otherwise no numbers
/// and a note. Source: Efron and Tibshirani 1993, chapter 11. Errors as for `dyadic_test`.
TestResult token_jackknife_test(const PairChanges& changes, double alpha);

/// Settings of the tests that draw at random.
struct ResamplingOptions {
  std::uint64_t seed = 1;
  std::int64_t draws = 1999;  ///< at least 99
  bool operator==(const ResamplingOptions&) const = default;
};

/// Runs `body(i)` for i in 0 … n-1, in any order or several at once.
using ForEach = std::function<void(std::size_t n, const std::function<void(std::size_t i)>& body)>;

/// The bootstrap over tokens: M tokens drawn with replacement, the pairs between the copies rebuilt
/// (a token with a copy of itself left out). A resample without a pair is drawn again and counted.
/// statistic: mean / se by the jackknife over tokens; p from the studentised resamples alone,
/// (1 + #{|(mean* - mean) / se*| >= |mean / se|}) / (draws + 1), where a resample whose se* is 0
/// counts as exceeding. Interval: BCa with the jackknife's acceleration (Efron 1987); the
/// percentile interval stands in `resampling`. The bits depend on the seed alone: `for_each` may
/// share the resamples among threads; without one they come one after the other. Needs what the
/// jackknife needs. Errors as for `dyadic_test`, and for draws below 99.
TestResult token_bootstrap_test(const PairChanges& changes, double alpha,
                                const ResamplingOptions& options, const ForEach& for_each = {});

/// Per token, what exchanging its clean and its silenced state takes from the sum of the changes:
/// tau_i = (u'_i - u_i) . sum over j != i of (u_j + u'_j) / 2 with unit vectors u (clean) and u'
/// (silenced); sum of tau = sum of delta. `clean` and `silenced` are [M, d] row by row, and need
/// not be of unit length. Throws UsageError on sizes that differ or are no multiple of M; a vector
/// of norm 0 gives NaN.
std::vector<double> token_swap_parts(std::span<const double> clean,
                                     std::span<const double> silenced, std::size_t n_tokens);

/// Most moved tokens for which all patterns of signs are enumerated.
inline constexpr std::size_t kMostTokensEnumerated = 20;

/// One block's result and the p of its family by the maximum over the blocks.
struct TokenSwapResult {
  TestResult result;
  std::optional<double> p_max_t;
};

/// The token-swap test of several blocks of one intervention at once. `parts` holds a block's tau
/// each, all [M]. Under the null that each token's two states are exchangeable, independently of
/// the others, all patterns of signs s are equally likely: p is the share with |sum s tau| >= |sum
/// tau|. Statistic: sum tau / sqrt(sum tau^2); p_max_t is the share of the patterns in which the
/// largest |statistic| of all blocks reaches the block's own. Enumerated for up to
/// `kMostTokensEnumerated` tokens that moved in any block, otherwise sampled: (1 + #) / (draws +
/// 1), with `resampling` filled. Sums within 1e-12 of equal count as reached. Fewer than 6 moved
/// tokens cannot reach p < 0.05: the note says so. A block in which no token moved has no numbers.
/// Throws UsageError for blocks of different lengths, and for draws below 99 when they are needed.
std::vector<TokenSwapResult> token_swap_test(std::span<const std::vector<double>> parts,
                                             const ResamplingOptions& options);

/// log10 of the two-sided p of a t statistic, also where p itself is below the smallest double.
/// `t` may be infinite: -infinity. Throws UsageError unless df > 0.
double log10_two_sided_p(double t, double df);

}  // namespace tacet
