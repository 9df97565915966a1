#include "tacet/comparison.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "tacet/error.h"

namespace tacet {
namespace {

constexpr std::size_t kFewestHeads = 3;  // of which a correlation says anything

void check(std::span<const ComparedHead> heads, std::span<const VariantValues> variants,
           FlagKind kind) {
  if (variants.size() < 2) {
    throw UsageError(
        fmt::format("a comparison needs two variants or more, and {} is given", variants.size()));
  }
  if (heads.empty()) throw UsageError("a comparison needs heads, and none is given");
  std::set<std::string> names;
  for (const VariantValues& variant : variants) {
    if (!names.insert(variant.name).second) {
      throw UsageError(
          fmt::format("the variant '{}' is compared with itself; name each once", variant.name));
    }
    if (variant.values.size() != heads.size() || variant.flags.size() != heads.size()) {
      throw UsageError(fmt::format("the variant '{}' has {} values and {} flags for {} heads",
                                   variant.name, variant.values.size(), variant.flags.size(),
                                   heads.size()));
    }
    for (std::size_t i = 0; i < heads.size(); ++i) {
      if (!std::isfinite(variant.values[i])) {
        throw UsageError(fmt::format("the value of {} in the variant '{}' is not finite",
                                     heads[i].spec, variant.name));
      }
      const bool is_top1 = variant.flags[i] == Flag::top1_changed;
      if (variant.flags[i] != Flag::none && is_top1 != (kind == FlagKind::top1)) {
        throw UsageError(fmt::format("the flag of {} in the variant '{}' is of another kind",
                                     heads[i].spec, variant.name));
      }
    }
  }
}

VariantSummary summarised(const VariantValues& variant, std::span<const double> edges) {
  const std::vector<double>& values = variant.values;
  VariantSummary summary;
  summary.name = variant.name;
  summary.n = static_cast<std::int64_t>(values.size());
  summary.mean = mean(values);
  if (values.size() > 1) summary.sd = sample_sd(values);
  summary.median = median(values);
  summary.q25 = quantile(values, 0.25);
  summary.q75 = quantile(values, 0.75);
  summary.min = std::ranges::min(values);
  summary.max = std::ranges::max(values);
  std::vector<double> magnitudes;
  magnitudes.reserve(values.size());
  for (const double value : values) magnitudes.push_back(std::abs(value));
  summary.median_abs = median(magnitudes);
  if (!edges.empty()) summary.histogram = count_bins(values, edges);
  summary.n_coupling = std::ranges::count(variant.flags, Flag::coupling);
  summary.n_decoupling = std::ranges::count(variant.flags, Flag::decoupling);
  summary.n_top1_changed = std::ranges::count(variant.flags, Flag::top1_changed);
  return summary;
}

std::optional<double> share_of_same_sign(std::span<const double> a, std::span<const double> b) {
  std::int64_t n_both = 0;
  std::int64_t n_same = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] == 0 || b[i] == 0) continue;
    ++n_both;
    if ((a[i] > 0) == (b[i] > 0)) ++n_same;
  }
  if (n_both == 0) return std::nullopt;
  return static_cast<double>(n_same) / static_cast<double>(n_both);
}

VariantPair paired(std::span<const VariantValues> variants, std::size_t a, std::size_t b) {
  const VariantValues& first = variants[a];
  const VariantValues& second = variants[b];
  VariantPair pair;
  pair.a = a;
  pair.b = b;
  if (first.values.size() >= kFewestHeads) {
    pair.pearson = correlation(first.values, second.values);
    pair.spearman = rank_correlation(first.values, second.values);
    pair.spread_test = equal_spread_test(first.values, second.values);
  }
  pair.same_sign = share_of_same_sign(first.values, second.values);
  for (std::size_t i = 0; i < first.flags.size(); ++i) {
    const bool in_a = first.flags[i] != Flag::none;
    const bool in_b = second.flags[i] != Flag::none;
    if (in_a && in_b) ++pair.n_both;
    if (in_a && !in_b) ++pair.n_only_a;
    if (!in_a && in_b) ++pair.n_only_b;
  }
  const double spread = sample_sd(first.values);
  if (spread > 0) pair.sd_ratio = sample_sd(second.values) / spread;
  return pair;
}

}  // namespace

std::vector<double> bin_edges(std::span<const double> values) {
  double end = 0;
  for (const double value : values) end = std::max(end, std::abs(value));
  if (end == 0) return {};
  const double width = 2 * (quantile(values, 0.75) - quantile(values, 0.25)) /
                       std::cbrt(static_cast<double>(values.size()));
  int bins = kMostBins;
  // Compared as a quotient, which a tiny width cannot make too large for an int.
  if (width > 0 && 2 * (end / width) < kMostBins) {
    bins = std::max(kFewestBins, static_cast<int>(std::ceil(2 * (end / width))));
    if (bins % 2 == 0) ++bins;
  }
  std::vector<double> edges;
  for (int i = 0; i <= bins; ++i) {
    // As a share of the end first: the largest doubles must not overflow.
    edges.push_back(end * (static_cast<double>(2 * i - bins) / bins));
  }
  return edges;
}

std::vector<std::int64_t> count_bins(std::span<const double> values,
                                     std::span<const double> edges) {
  std::vector<std::int64_t> counts(edges.size() - 1, 0);
  for (const double value : values) {
    if (!(value >= edges.front() && value <= edges.back())) continue;
    const auto above = std::ranges::upper_bound(edges, value);
    const auto bin = static_cast<std::size_t>(above - edges.begin()) - 1;
    ++counts[std::min(bin, counts.size() - 1)];
  }
  return counts;
}

Comparison compare(std::span<const ComparedHead> heads, std::span<const VariantValues> variants,
                   FlagKind kind, std::string what, std::string value, std::string by) {
  check(heads, variants, kind);
  Comparison comparison;
  comparison.what = std::move(what);
  comparison.value = std::move(value);
  comparison.by = std::move(by);
  comparison.flags = kind;
  std::vector<double> all;
  for (const VariantValues& variant : variants) {
    all.insert(all.end(), variant.values.begin(), variant.values.end());
  }
  comparison.edges = bin_edges(all);
  for (const VariantValues& variant : variants) {
    comparison.variants.push_back(summarised(variant, comparison.edges));
  }
  for (std::size_t a = 0; a < variants.size(); ++a) {
    for (std::size_t b = a + 1; b < variants.size(); ++b) {
      comparison.pairs.push_back(paired(variants, a, b));
    }
  }
  comparison.heads.assign(heads.begin(), heads.end());
  for (std::size_t i = 0; i < heads.size(); ++i) {
    std::vector<double>& row = comparison.heads[i].values;
    row.clear();
    for (const VariantValues& variant : variants) row.push_back(variant.values[i]);
  }
  return comparison;
}

}  // namespace tacet
