/// @file
/// Tests in which a prompt is one observation: what a head does on average over prompts, and how
/// much the prompts differ. Pure functions on doubles, thread safe; values must be finite. What
/// each assumes, and where it fails, stands in docs/statistics.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tacet/pair_tests.h"

namespace tacet {

/// The units of a test across prompts: prompts of one group are averaged and count once.
struct PromptGroups {
  std::vector<std::size_t> of_prompt;  ///< per prompt its group's number, from 0
  std::size_t n_groups = 0;
};

/// Numbers the groups in the order in which their names first stand; an empty name is a prompt that
/// is a group of its own.
PromptGroups group_prompts(std::span<const std::string> names);

/// The mean of every group's prompts, [n_groups]. Throws UsageError unless there is one value for
/// each prompt.
std::vector<double> group_means(std::span<const double> values, const PromptGroups& groups);

/// The variance of every group's mean from its prompts' own: sum of v / n^2, for estimation errors
/// that are independent of each other given the prompts. Errors as above.
std::vector<double> group_variances(std::span<const double> variances, const PromptGroups& groups);

/// The unweighted t-test of a mean over units. A number that does not exist is nullopt.
struct MeanTest {
  std::size_t n = 0;  ///< units
  double mean = 0;
  std::optional<double> sd;  ///< between the units, n - 1 in the denominator
  std::optional<double> se;  ///< sd / sqrt(n)
  std::optional<double> t;   ///< +-infinity when the units do not differ and the mean is not 0
  std::optional<double> df;  ///< n - 1
  std::optional<double> p;   ///< two-sided
  std::optional<double> log10_p;
  std::optional<double> ci_low;  ///< interval of the mean at 1 - alpha
  std::optional<double> ci_high;
};

/// Student's one-sample t-test of `values` against 0. One value has a mean alone; values that are
/// all exactly 0 have a mean, sd and se of 0 and no test. Throws UsageError for no value or alpha
/// outside (0, 1).
MeanTest mean_t_test(std::span<const double> values, double alpha);

/// A random-effects meta-analysis: units whose effects differ, each known up to its own error. A
/// number that does not exist is nullopt, and `note` says why.
struct RandomEffects {
  std::size_t k = 0;             ///< units
  std::optional<double> mean;    ///< weighted by 1 / (v + tau2)
  std::optional<double> se;      ///< Hartung and Knapp's
  std::optional<double> t;       ///< mean / se
  std::optional<double> df;      ///< k - 1
  std::optional<double> p;       ///< two-sided
  std::optional<double> ci_low;  ///< interval of the mean at 1 - alpha
  std::optional<double> ci_high;
  std::optional<double> tau2;     ///< variance of the effects between units
  std::optional<double> i2;       ///< share of the variance that is between units, in [0, 1]
  std::optional<double> q;        ///< Cochran's Q
  std::optional<double> q_p;      ///< P(chi2 with k - 1 degrees of freedom >= q)
  std::optional<double> pi_low;   ///< where a new unit's effect lies with probability 1 - alpha
  std::optional<double> pi_high;  ///< upper end of it
  std::string note;
};

/// Random effects with tau2 by REML, the highest maximum of the restricted likelihood on tau2 >= 0,
/// and the interval of Hartung and Knapp with t of k - 1 degrees of freedom; neither truncated nor
/// adjusted. With w = 1 / (v + tau2): mean = sum w y / sum w, se^2 = sum w (y - mean)^2 / ((k - 1)
/// sum w). I2 = tau2 / (tau2 + s2) with Higgins and Thompson's typical variance s2 of the units.
/// Prediction interval: mean +- t_{k-1} sqrt(tau2 + se^2). What R's metafor gives for
/// `rma(y, v, method = "REML", test = "knha")` and `predict`.
/// No numbers but k and a note: for k < 2; where the likelihood has no maximum, as with two units
/// of variance 0 that agree; where numbers leave the range of doubles. With a variance of 0 there
/// is no Q and no I2. Sources: Viechtbauer 2005, J. Educ. Behav. Stat. 30(3); Knapp and Hartung
/// 2003, Stat. Med. 22(17); Higgins and Thompson 2002, Stat. Med. 21(11). Throws UsageError for
/// lengths that differ, a negative variance or alpha outside (0, 1).
RandomEffects random_effects(std::span<const double> effects, std::span<const double> variances,
                             double alpha);

/// How many units share the sign of the mean.
struct SignCount {
  std::size_t n_positive = 0;
  std::size_t n_negative = 0;
  std::size_t n_zero = 0;   ///< exactly 0: left out of the test
  std::size_t n_agree = 0;  ///< of the mean's sign; 0 when the mean is exactly 0
  std::optional<double> p;  ///< two-sided exact binomial with 1/2; nullopt when all are 0
};

/// The sign test of `values` around 0.
SignCount sign_count(std::span<const double> values);

/// Most patterns of signs that are enumerated: 2^(units - 1) of them, up to a common sign.
inline constexpr std::size_t kMostSignPatterns = std::size_t{1} << 14U;

/// What flipping signs says of one cell (a head in a block).
struct SignFlipCell {
  std::optional<double> t;        ///< as in MeanTest; nullopt when all values are 0
  std::optional<double> p;        ///< share of the patterns with |t| at least the cell's
  std::optional<double> p_max_t;  ///< share in which the largest |t| of all cells is at least it
};

/// A max-T test over many cells.
struct SignFlipResult {
  std::vector<SignFlipCell> cells;
  std::int64_t n_patterns = 0;  ///< enumerated, the observed one among them; or drawn
  bool enumerated = false;
  double smallest_p = 1;  ///< below which no p of this test can fall
};

/// Westfall and Young's single-step max-T over `cells`, each [n units]: under the null that the
/// units' effects are symmetric around 0, all patterns of flipped signs are equally likely, and a
/// unit's sign flips in all cells at once, so that p_max_t holds the family-wise error whatever the
/// dependence between cells. All patterns for up to `kMostSignPatterns` of them, then p is a share;
/// otherwise `options.draws` of them by `options.seed`, p = (1 + #) / (draws + 1). Statistics
/// within 1e-12 of equal count as reached. Source: Winkler et al. 2014, NeuroImage 92; Phipson and
/// Smyth 2010, Stat. Appl. Genet. Mol. Biol. 9(1). Throws UsageError for cells of different
/// lengths, fewer than 2 units, and draws below 99 when they are needed.
SignFlipResult sign_flip_max_t(std::span<const std::vector<double>> cells,
                               const ResamplingOptions& options);

}  // namespace tacet
