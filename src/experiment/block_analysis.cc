#include "experiment/block_analysis.h"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "experiment/block_tests.h"
#include "measure/displacement.h"
#include "measure/spread.h"
#include "tacet/error.h"

namespace tacet::experiment {
namespace {

constexpr std::size_t kFewestTokens = 3;

double mean_difference(std::span<const double> clean, std::span<const double> other) {
  std::vector<double> deltas(clean.size());
  std::ranges::transform(other, clean, deltas.begin(), std::minus<>());
  return mean(deltas);
}

measure::TokenVectors to_vectors(const engine::DirectView& direct, std::size_t n_tokens,
                                 std::size_t d_model) {
  measure::TokenVectors vectors(n_tokens, d_model);
  std::vector<float> row(d_model);
  for (std::size_t t = 0; t < n_tokens; ++t) {
    direct.copy_row(t, row);
    std::ranges::copy(row, vectors.row(t).begin());
  }
  return vectors;
}

}  // namespace

void check_options(const SilenceOptions& options, std::size_t n_tokens) {
  if (!(options.alpha > 0.0 && options.alpha < 1.0)) {
    throw UsageError(fmt::format("alpha is {}, but must lie between 0 and 1", options.alpha));
  }
  const std::size_t taking_part = n_tokens - (options.exclude_first ? 1 : 0);
  if (taking_part < kFewestTokens) {
    throw InputError(
        fmt::format("the prompt has {} token{}{}, but pairs need at least {}: use a longer prompt",
                    n_tokens, n_tokens == 1 ? "" : "s",
                    options.exclude_first ? ", the first of them excluded" : "", kFewestTokens));
  }
}

BlockAnalysis::BlockAnalysis(const SilenceOptions& options, const Intervention& intervention,
                             std::size_t n_tokens, std::size_t d_model, int threads)
    : options_(options),
      n_tokens_(n_tokens),
      d_model_(d_model),
      first_position_(static_cast<std::size_t>(intervention.first_position())),
      threads_(threads) {}

measure::PairSelection BlockAnalysis::selection(bool exclude_first) const {
  return {.first_token = exclude_first ? 1U : 0U,
          .first_movable = options_.pairs == PairsKind::movable ? first_position_ : 0};
}

std::vector<measure::PairSelection> BlockAnalysis::selections() const {
  std::vector<measure::PairSelection> all = {pairs()};
  const measure::PairSelection other = selection(!options_.exclude_first);
  if (n_tokens_ - other.first_token >= kFewestTokens) all.push_back(other);
  return all;
}

std::vector<double> BlockAnalysis::test(LayerEffect& row, const measure::PairSelection& selected,
                                        std::span<const double> clean,
                                        std::span<const double> silenced, bool with_beside) const {
  row.n_pairs = static_cast<std::int64_t>(clean.size());
  row.mean_clean = mean(clean);
  row.mean_silenced = mean(silenced);
  const auto run = [&](Test name) {
    return run_test(name, clean, silenced, selected, n_tokens_, options_);
  };
  if (with_beside && !options_.tests_beside.empty()) {
    for (const Test name : wanted_tests(options_)) row.tests.push_back(run(name));
  }
  if (std::ranges::equal(clean, silenced)) {
    row.effect = Effect::unchanged;
    return {};
  }
  std::vector<double> deltas(clean.size());
  std::ranges::transform(silenced, clean, deltas.begin(), std::minus<>());
  row.mean_delta = mean(deltas);
  row.sd_delta = sample_sd(deltas);
  row.cohen_dz = cohen_dz(row.mean_delta, row.sd_delta);
  set_columns(row, row.tests.empty() ? run(options_.test) : row.tests.front());
  return deltas;
}

BlockRows BlockAnalysis::analyse(int layer, const CleanState& clean,
                                 const engine::SilencedView& silenced) const {
  const std::vector<measure::PairSelection> selected = selections();
  BlockRows rows;
  rows.row.layer = layer;
  rows.row.mean_distance_clean = clean.pairs(pairs()).mean_distance;
  rows.row.effective_rank_clean = clean.effective_rank(pairs().first_token);
  if (selected.size() > 1) rows.other_first.emplace().layer = layer;
  if (silenced.rows.empty()) {
    const std::vector<double>& same = clean.pairs(pairs()).cosines;
    test(rows.row, pairs(), same, same, true);
    rows.row.mean_distance_silenced = rows.row.mean_distance_clean;
    rows.row.effective_rank_silenced = rows.row.effective_rank_clean;
    if (rows.other_first) {
      const std::vector<double>& others = clean.pairs(selected.back()).cosines;
      test(*rows.other_first, selected.back(), others, others, false);
    }
    return rows;
  }

  const MeasuredState after = measure_state(experiment::to_vectors(silenced.rows, d_model_),
                                            clean.name(), "silenced", threads_);
  rows.delta = compare(rows.row, clean, after, silenced.direct);
  if (rows.other_first) {
    test(*rows.other_first, selected.back(), clean.pairs(selected.back()).cosines,
         cosines(after, clean.measured(), selected.back(), options_.cosine, threads_, clean.name()),
         false);
  }
  const auto parts = [&](const measure::PairSelection& of) {
    return swap_parts(clean.measured(), after, of, options_.cosine);
  };
  if (wants_token_swap(options_) && rows.row.effect != Effect::unchanged) {
    rows.swap_parts = parts(pairs());
  }
  // The other choice is judged by the deciding test alone.
  if (options_.test == Test::token_swap && rows.other_first &&
      rows.other_first->effect != Effect::unchanged) {
    rows.other_swap_parts = parts(selected.back());
  }
  return rows;
}

std::vector<double> BlockAnalysis::compare(LayerEffect& row, const CleanState& clean,
                                           const MeasuredState& after,
                                           const engine::DirectView& direct) const {
  const measure::PairSelection selected = pairs();
  const MeasuredState& before = clean.measured();
  const std::vector<double>& cos_clean = clean.pairs(selected).cosines;
  std::vector<double> delta =
      test(row, selected, cos_clean,
           cosines(after, before, selected, options_.cosine, threads_, clean.name()), true);

  const MeasuredState removed =
      measure_state(to_vectors(direct, n_tokens_, d_model_), clean.name(), "direct", threads_);
  row.direct_mean_delta = mean_difference(
      cos_clean, cosines(removed, before, selected, options_.cosine, threads_, clean.name()));

  const measure::Displacement moved = measure::displacement(
      before.vectors, after.vectors, before.norms(), after.norms(), first_position_);
  row.perturbation = median(moved.relative);
  row.perturbation_absolute = median(moved.absolute);
  row.norm_ratio = median(moved.length);
  row.mean_distance_silenced = measure::mean_pair_distance(after.vectors, selected, threads_);
  row.effective_rank_silenced = measure::effective_rank(after.gram, selected.first_token);
  return delta;
}

}  // namespace tacet::experiment
