/// @file
/// The statistics of the experiment: pure functions on spans of doubles, all of them thread safe.
/// Values must be finite unless a function says otherwise. A NaN is no crash: it gives NaN or an
/// arbitrary number, never a wrong memory access.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace tacet {

/// Which test decides significance (`--test`).
enum class Test {
  paired,           ///< paired t over the pairs: df = P - 1
  independent,      ///< Student's t with pooled variance: df = 2P - 2
  wilcoxon,         ///< Wilcoxon's signed ranks of the pairs' changes
  dyadic,           ///< t with an error that knows which pairs share a token: df = M - 1
  token_swap,       ///< exact: clean and silenced exchanged token by token
  token_bootstrap,  ///< tokens resampled, pairs rebuilt
  token_jackknife,  ///< each token left out in turn: df = M - 1
};

/// All of them, in the order in which they are shown.
inline constexpr std::array kAllTests = {
    Test::paired,     Test::independent,     Test::wilcoxon,       Test::dyadic,
    Test::token_swap, Test::token_bootstrap, Test::token_jackknife};

/// How p-values are corrected for the family of tests (`--correction`).
enum class Correction { bonferroni, holm, bh, none };

/// Names as the command line spells them.
std::string_view to_string(Test test);
std::string_view to_string(Correction correction);

/// A t-test of one block: is the mean change of the pairs different from 0?
struct TTest {
  double t = 0;        ///< statistic; +-infinity when the spread is 0 and the mean is not
  double df = 0;       ///< degrees of freedom
  double se = 0;       ///< standard error of the mean change
  double p = 1;        ///< two-sided p-value, far tails included
  double ci_low = 0;   ///< confidence interval of the mean change at 1 - alpha, uncorrected
  double ci_high = 0;  ///< upper end of it
};

/// Arithmetic mean, by pairwise-free plain summation in order; 0 for an empty span.
double mean(std::span<const double> values);

/// Sample standard deviation (n - 1 in the denominator), two-pass. Exactly 0 when all values are
/// equal (decided by their minimum and maximum). Needs n >= 2; 0 otherwise.
double sample_sd(std::span<const double> values);

/// Median; the mean of the middle two for an even count. Needs n >= 1. Throws UsageError on an
/// empty span.
double median(std::span<const double> values);

/// The quantile q in [0, 1] by linear interpolation between order statistics (NumPy's and R's
/// default, Hyndman and Fan's type 7). Throws UsageError on an empty span or another q.
double quantile(std::span<const double> values, double q);

/// Two-sided p-value of a t statistic: 2 * P(T > |t|) with `df` degrees of freedom, computed from
/// the upper tail so that it stays accurate down to the smallest double, and 0 below that. `t` may
/// be infinite. Throws UsageError unless df > 0.
double two_sided_p(double t, double df);

/// The t with P(|T| <= t) = 1 - alpha. Throws UsageError unless 0 < alpha < 1 and df > 0.
double critical_t(double alpha, double df);

/// Paired t-test of `silenced - clean`, both of length P >= 2, same order. nullopt when every
/// difference is exactly 0. When all differences are equal and not 0: t is +-infinity, p is 0 and
/// the interval is the point. Throws UsageError on lengths that differ or are below 2, and unless
/// 0 < alpha < 1.
std::optional<TTest> paired_t_test(std::span<const double> clean, std::span<const double> silenced,
                                   double alpha);

/// Student's two-sample t-test with pooled variance of the same two samples. nullopt when every
/// pairwise difference is exactly 0 (the block is unchanged). When neither sample varies and their
/// means differ: t is +-infinity, p is 0 and the interval is the point. Errors as above.
std::optional<TTest> independent_t_test(std::span<const double> clean,
                                        std::span<const double> silenced, double alpha);

/// Paired effect size d_z = mean(delta) / sd(delta). nullopt when sd is 0 and the mean is 0;
/// +-infinity when only sd is 0. Source: Cohen 1988, section 2.3.5; Lakens 2013, eq. 6.
std::optional<double> cohen_dz(double mean_delta, double sd_delta);

/// Adjusted p-values of a family of `family_size` tests of which `p` are given; those not given
/// count as p = 1. Bonferroni: min(1, p*m). Holm: step-down. BH: Benjamini and Hochberg 1995,
/// step-up. None: p. A nullopt entry (an unchanged block) counts as p = 1 and stays nullopt.
/// Throws UsageError when family_size < p.size().
std::vector<std::optional<double>> adjust_p_values(std::span<const std::optional<double>> p,
                                                   Correction correction, std::size_t family_size);

/// Slope of the least-squares line through (x, y). nullopt with fewer than two points or when all
/// x are equal. Throws UsageError on lengths that differ.
std::optional<double> least_squares_slope(std::span<const double> x, std::span<const double> y);

/// Spearman's rank correlation of n pairs (x, y): the correlation of their ranks, values that tie
/// having their ranks' mean. From -1 to 1, exactly 1 for equal ranks and the same bits in whatever
/// order the pairs stand (n up to 100 000). nullopt when one side does not vary, or n < 2. Throws
/// UsageError on lengths that differ. Source: Kendall and Gibbons 1990, chapter 3.
std::optional<double> rank_correlation(std::span<const double> x, std::span<const double> y);

/// Pearson's correlation of n pairs (x, y), two-pass in extended precision. From -1 to 1; exactly
/// 1 when the two samples are equal. nullopt when one side does not vary, or n < 2. Throws
/// UsageError on lengths that differ.
std::optional<double> correlation(std::span<const double> x, std::span<const double> y);

/// A test of equal spread for paired values.
struct SpreadTest {
  double statistic = 0;  ///< t; above 0 when the second sample spreads wider, +-infinity possible
  double df = 0;         ///< degrees of freedom, n - 2
  double p = 1;          ///< two-sided
};

/// Pitman and Morgan's test that n pairs (x, y) have equal variances: the correlation r of their
/// sums and differences y - x, whose t is r sqrt((n - 2) / (1 - r^2)). It takes the pairs as
/// independent and normal, and calls too much significant where the tails are heavy. nullopt with
/// fewer than 3 pairs, when one side does not vary, or when y - x or x + y does not. Throws
/// UsageError on lengths that differ. Source: Pitman 1939; Morgan 1939.
std::optional<SpreadTest> equal_spread_test(std::span<const double> x, std::span<const double> y);

}  // namespace tacet
