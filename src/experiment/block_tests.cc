#include "experiment/block_tests.h"

#include <algorithm>
#include <functional>

#include "support/parallel.h"
#include "tacet/effect_sizes.h"

namespace tacet::experiment {
namespace {

std::vector<TokenPair> token_pairs(const measure::PairSelection& pairs, std::size_t n_tokens) {
  std::vector<TokenPair> list;
  list.reserve(pairs.count(n_tokens));
  for (std::size_t i = pairs.first_token; i < n_tokens; ++i) {
    for (std::size_t j = std::max(i + 1, pairs.first_movable); j < n_tokens; ++j) {
      list.push_back({.i = static_cast<std::uint32_t>(i - pairs.first_token),
                      .j = static_cast<std::uint32_t>(j - pairs.first_token)});
    }
  }
  return list;
}

std::vector<double> flattened(const measure::TokenVectors& vectors, std::size_t first_token) {
  std::vector<double> values;
  values.reserve((vectors.n_tokens() - first_token) * vectors.d_model());
  for (std::size_t token = first_token; token < vectors.n_tokens(); ++token) {
    values.insert(values.end(), vectors.row(token).begin(), vectors.row(token).end());
  }
  return values;
}

/// Where the row keeps the result of the token-swap test: among `tests`, or in its columns alone.
TestResult* kept_token_swap(LayerEffect& row) {
  const auto kept = std::ranges::find(row.tests, Test::token_swap, &TestResult::name);
  return kept == row.tests.end() ? nullptr : &*kept;
}

}  // namespace

std::vector<Test> wanted_tests(const SilenceOptions& options) {
  std::vector<Test> tests = {options.test};
  for (const Test test : options.tests_beside) {
    if (std::ranges::find(tests, test) == tests.end()) tests.push_back(test);
  }
  return tests;
}

bool wants_token_swap(const SilenceOptions& options) {
  return options.test == Test::token_swap ||
         std::ranges::find(options.tests_beside, Test::token_swap) != options.tests_beside.end();
}

TestResult run_test(Test name, std::span<const double> clean, std::span<const double> silenced,
                    const measure::PairSelection& pairs, std::size_t n_tokens,
                    const SilenceOptions& options, int threads) {
  if (name == Test::paired || name == Test::independent) {
    return t_test_result(name, clean, silenced, options.alpha);
  }
  std::vector<double> deltas(clean.size());
  std::ranges::transform(silenced, clean, deltas.begin(), std::minus<>());
  if (name == Test::wilcoxon) return wilcoxon_test(deltas);
  const std::vector<TokenPair> list = token_pairs(pairs, n_tokens);
  const PairChanges changes{
      .delta = deltas, .pairs = list, .n_tokens = n_tokens - pairs.first_token};
  switch (name) {
    case Test::dyadic:
      return dyadic_test(changes, options.alpha);
    case Test::token_bootstrap:
      return token_bootstrap_test(
          changes, options.alpha, options.resampling,
          [threads](std::size_t n, const auto& body) { support::parallel_for(n, threads, body); });
    case Test::token_jackknife:
      return token_jackknife_test(changes, options.alpha);
    default:
      break;
  }
  TestResult later;
  later.name = name;
  return later;
}

void set_sizes(LayerEffect& row, std::span<const double> clean, std::span<const double> silenced,
               const measure::PairSelection& pairs, std::size_t n_tokens, double alpha) {
  const EffectSizes sizes = effect_sizes(clean, silenced, token_pairs(pairs, n_tokens),
                                         n_tokens - pairs.first_token, alpha);
  row.cohen_dz_low = sizes.cohen_dz.low;
  row.cohen_dz_high = sizes.cohen_dz.high;
  row.glass_delta = sizes.glass_delta.value;
  row.glass_delta_low = sizes.glass_delta.low;
  row.glass_delta_high = sizes.glass_delta.high;
  row.mean_delta_degrees = sizes.mean_delta_degrees.value;
  row.mean_delta_degrees_low = sizes.mean_delta_degrees.low;
  row.mean_delta_degrees_high = sizes.mean_delta_degrees.high;
}

std::optional<double> dyadic_error(std::span<const double> delta,
                                   const measure::PairSelection& pairs, std::size_t n_tokens,
                                   double alpha) {
  const std::vector<TokenPair> list = token_pairs(pairs, n_tokens);
  const PairChanges changes{
      .delta = delta, .pairs = list, .n_tokens = n_tokens - pairs.first_token};
  return dyadic_test(changes, alpha).se;
}

std::vector<double> swap_parts(const MeasuredState& clean, const MeasuredState& silenced,
                               const measure::PairSelection& pairs,
                               const CosineTransform& transform) {
  const std::size_t first = pairs.first_token;
  const std::size_t n_tokens = clean.vectors.n_tokens() - first;
  if (transform.is_identity()) {
    return token_swap_parts(flattened(clean.vectors, first), flattened(silenced.vectors, first),
                            n_tokens);
  }
  measure::TokenVectors before = clean.vectors;
  measure::TokenVectors after = silenced.vectors;
  transform.apply(before);
  transform.apply(after);
  return token_swap_parts(flattened(before, first), flattened(after, first), n_tokens);
}

void set_columns(LayerEffect& row, const TestResult& result) {
  row.t = result.statistic;
  row.df = result.df;
  row.p = result.p;
  row.ci_low = result.ci_low;
  row.ci_high = result.ci_high;
}

std::vector<std::optional<double>> add_token_swap(std::span<LayerEffect> rows,
                                                  std::span<const std::vector<double>> parts,
                                                  const SilenceOptions& options) {
  std::vector<std::optional<double>> family_wise(rows.size());
  std::vector<std::size_t> changed;
  std::vector<std::vector<double>> blocks;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].empty()) continue;
    changed.push_back(i);
    blocks.push_back(parts[i]);
  }
  std::vector<TokenSwapResult> results = token_swap_test(blocks, options.resampling);
  for (std::size_t k = 0; k < changed.size(); ++k) {
    LayerEffect& row = rows[changed[k]];
    family_wise[changed[k]] = results[k].p_max_t;
    if (options.test == Test::token_swap) set_columns(row, results[k].result);
    if (TestResult* const kept = kept_token_swap(row)) *kept = std::move(results[k].result);
  }
  return family_wise;
}

}  // namespace tacet::experiment
