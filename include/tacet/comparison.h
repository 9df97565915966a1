/// @file
/// Several ways to cut, head by head: zero against mean, everywhere against the last token alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tacet/predict.h"
#include "tacet/stats.h"
#include "tacet/sweep.h"

namespace tacet {

/// How a head stands out in one variant.
enum class Flag {
  none,
  coupling,      ///< significant, tokens more alike without it: a separator of a sweep
  decoupling,    ///< significant, tokens less alike without it: a connector
  top1_changed,  ///< another token is the most likely one
};

/// What the heads do in one variant, one value and one flag a head, all variants' in one order.
struct VariantValues {
  std::string name;            ///< "zero", "-1": what tells it from the others
  std::vector<double> values;  ///< [n], finite
  std::vector<Flag> flags;     ///< [n]
};

/// What the flags of a comparison can be.
enum class FlagKind {
  effects,  ///< none, coupling and decoupling
  top1,     ///< none and top1_changed
};

/// The heads' values in one variant, summed up.
struct VariantSummary {
  std::string name;
  std::int64_t n = 0;  ///< heads
  double mean = 0;
  std::optional<double> sd;  ///< sample standard deviation; nullopt with one head
  double median = 0;
  double q25 = 0;  ///< quartiles, as `quantile` gives them
  double q75 = 0;
  double min = 0;
  double max = 0;
  double median_abs = 0;  ///< median of the magnitudes
  /// How many values lie in each bin between `Comparison::edges`: at or above its lower edge and
  /// below its upper one, the last bin's upper edge included. Empty where there are no edges.
  std::vector<std::int64_t> histogram;
  std::int64_t n_coupling = 0;
  std::int64_t n_decoupling = 0;
  std::int64_t n_top1_changed = 0;
};

/// Two variants, head by head.
struct VariantPair {
  std::size_t a = 0;  ///< numbers of the variants, a < b
  std::size_t b = 0;
  std::optional<double> pearson;   ///< nullopt with fewer than 3 heads, or where one does not vary
  std::optional<double> spearman;  ///< the same
  /// Share, in [0, 1], of heads whose two values have the same sign, of those where neither is
  /// exactly 0; nullopt where there are none.
  std::optional<double> same_sign;
  std::int64_t n_both = 0;    ///< heads that are flagged in both, in whatever direction
  std::int64_t n_only_a = 0;  ///< flagged in a and not in b
  std::int64_t n_only_b = 0;
  std::optional<double> sd_ratio;  ///< sd of b by sd of a; nullopt where a has none, or 0
  /// `equal_spread_test` of a and b, by which b spreads wider where the statistic is above 0.
  std::optional<SpreadTest> spread_test;
};

/// One head under every variant.
struct ComparedHead {
  std::string spec;            ///< "L3H5", "L3H5+L4H2"
  std::vector<Head> heads;     ///< of the intervention
  std::vector<double> values;  ///< [variants]
};

/// What `compare` finds.
struct Comparison {
  std::string what;   ///< what the values are, to read
  std::string value;  ///< the same as a key: "late_delta", "delta_prob"
  std::string by;     ///< what the variants differ in: "mode", "positions", "run"
  FlagKind flags = FlagKind::effects;
  std::vector<double> edges;  ///< of the bins, ascending; empty where every value is 0
  std::vector<VariantSummary> variants;
  std::vector<VariantPair> pairs;  ///< (0,1), (0,2), ..., (1,2), ...
  std::vector<ComparedHead> heads;
};

/// Bins of a comparison's histograms, at least and at most; odd, so that 0 lies in the middle of
/// one.
inline constexpr int kFewestBins = 9;
inline constexpr int kMostBins = 61;

/// The edges of the bins that all variants share. Bins of one width, symmetric about 0, out to the
/// largest magnitude m of all `values`. Their number is the smallest odd one for which no bin is
/// wider than Freedman and Diaconis' 2 IQR n^(-1/3), over the n values of all variants together,
/// within kFewestBins ... kMostBins (kMostBins where the IQR is 0). Empty when m is 0. Source:
/// Freedman and Diaconis 1981.
std::vector<double> bin_edges(std::span<const double> values);

/// How many of `values` lie in each bin: [edges - 1], as `VariantSummary::histogram`. All must lie
/// within the edges; those that do not are left out.
std::vector<std::int64_t> count_bins(std::span<const double> values, std::span<const double> edges);

/// Compares the variants head by head. `what`, `value` and `by` are taken as they are. Throws
/// UsageError with fewer than two variants, without heads, where lengths differ, names stand twice,
/// a value is not finite, or a flag is not of `kind`. Thread safe; the same bits for every machine
/// that adds and divides in the same order.
Comparison compare(std::span<const ComparedHead> heads, std::span<const VariantValues> variants,
                   FlagKind kind, std::string what, std::string value, std::string by);

/// The `late` of every head of several sweeps, and what they are called. The summaries must hold
/// the same interventions in the same order; `names` has one for each. Throws UsageError as above.
Comparison compare_sweeps(std::span<const SweepSummary> sweeps, std::span<const std::string> names,
                          std::string by);

/// What of a prediction is compared.
enum class PredictedValue {
  prob,        ///< P(silenced) - P(clean) of the target
  logit_diff,  ///< the same of the logit difference
};

std::string_view to_string(PredictedValue value);

/// The change of each prediction. `result.interventions` holds those of the first variant, then
/// those of the second, and so on, the same heads in the same order. Throws UsageError as above,
/// where the heads are not the same, and for `logit_diff` without a contrast.
Comparison compare_predictions(const PredictResult& result, std::span<const std::string> names,
                               std::string by, PredictedValue value = PredictedValue::prob);

}  // namespace tacet
