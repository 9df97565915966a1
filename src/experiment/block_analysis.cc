#include "experiment/block_analysis.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "measure/displacement.h"
#include "measure/spread.h"
#include "tacet/error.h"

namespace tacet::experiment {
namespace {

constexpr std::size_t kFewestTokens = 3;

void require_lengths(std::span<const double> norms, const std::string& state,
                     const std::string& what) {
  const auto zero = std::ranges::find(norms, 0.0);
  if (zero == norms.end()) return;
  throw NumericError(fmt::format(
      "the {} state of token {} at {} has norm 0, so it has no cosine with any other: the "
      "checkpoint is degenerate there",
      what, zero - norms.begin(), state));
}

double mean_difference(std::span<const double> clean, std::span<const double> other) {
  std::vector<double> deltas(clean.size());
  std::ranges::transform(other, clean, deltas.begin(), std::minus<>());
  return mean(deltas);
}

}  // namespace

std::string state_name(int index, int n_layer) {
  if (index == 0) return "the embedding (hidden_states[0])";
  if (index > n_layer) return "the output of ln_f";
  return fmt::format("block {} (hidden_states[{}])", index - 1, index);
}

MeasuredState measure_state(std::span<const float> rows, std::size_t d_model,
                            const std::string& state, const std::string& what) {
  MeasuredState measured{.vectors = measure::TokenVectors(rows, d_model), .norms = {}};
  measured.norms = measure::norms(measured.vectors);
  require_lengths(measured.norms, state, what);
  return measured;
}

std::vector<double> cosines(const MeasuredState& state, const MeasuredState& reference,
                            const measure::PairSelection& pairs, Cosine cosine, int threads,
                            const std::string& name) {
  if (cosine == Cosine::raw) {
    return measure::pair_cosines(state.vectors, state.norms, pairs, threads);
  }
  const measure::Standardisation standard = measure::standardisation(
      reference.vectors, pairs.first_token, cosine == Cosine::standardised);
  measure::TokenVectors vectors = state.vectors;
  measure::apply(standard, vectors);
  std::vector<double> norms = measure::norms(vectors);
  require_lengths(std::span(norms).subspan(pairs.first_token), name, "centred");
  return measure::pair_cosines(vectors, norms, pairs, threads);
}

BlockAnalysis::BlockAnalysis(const SilenceOptions& options, const Intervention& intervention,
                             std::size_t n_tokens, std::size_t d_model, int threads)
    : options_(options),
      n_tokens_(n_tokens),
      d_model_(d_model),
      first_position_(static_cast<std::size_t>(intervention.first_position())),
      threads_(threads) {
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

measure::PairSelection BlockAnalysis::pairs(bool exclude_first) const {
  return {.first_token = exclude_first ? 1U : 0U,
          .first_movable = options_.pairs == PairsKind::movable ? first_position_ : 0};
}

std::vector<float> BlockAnalysis::complete(std::span<const float> clean,
                                           std::span<const float> rows) const {
  std::vector<float> state(clean.begin(), clean.end());
  std::ranges::copy(rows, state.end() - static_cast<std::ptrdiff_t>(rows.size()));
  return state;
}

void BlockAnalysis::test(LayerEffect& row, std::span<const double> clean,
                         std::span<const double> silenced) const {
  row.n_pairs = static_cast<std::int64_t>(clean.size());
  row.mean_clean = mean(clean);
  row.mean_silenced = mean(silenced);
  const auto result = options_.test == Test::paired
                          ? paired_t_test(clean, silenced, options_.alpha)
                          : independent_t_test(clean, silenced, options_.alpha);
  if (!result) {
    row.effect = Effect::unchanged;
    return;
  }
  std::vector<double> deltas(clean.size());
  std::ranges::transform(silenced, clean, deltas.begin(), std::minus<>());
  row.mean_delta = mean(deltas);
  row.sd_delta = sample_sd(deltas);
  row.cohen_dz = cohen_dz(row.mean_delta, row.sd_delta);
  row.t = result->t;
  row.df = result->df;
  row.p = result->p;
  row.ci_low = result->ci_low;
  row.ci_high = result->ci_high;
}

LayerEffect BlockAnalysis::analyse(int layer, const std::string& name, std::span<const float> clean,
                                   std::span<const float> rows,
                                   std::span<const float> direct) const {
  const measure::PairSelection selected = pairs(options_.exclude_first);
  const std::size_t first_token = selected.first_token;
  const MeasuredState before = measure_state(clean, d_model_, name, "clean");
  const std::vector<double> cos_clean =
      cosines(before, before, selected, options_.cosine, threads_, name);

  LayerEffect row;
  row.layer = layer;
  row.mean_distance_clean = measure::mean_pair_distance(before.vectors, selected, threads_);
  row.effective_rank_clean = measure::effective_rank(before.vectors, first_token, threads_);
  if (rows.empty()) {
    test(row, cos_clean, cos_clean);
    row.mean_distance_silenced = row.mean_distance_clean;
    row.effective_rank_silenced = row.effective_rank_clean;
    return row;
  }

  const MeasuredState after = measure_state(complete(clean, rows), d_model_, name, "silenced");
  test(row, cos_clean, cosines(after, before, selected, options_.cosine, threads_, name));
  const MeasuredState removed = measure_state(complete(clean, direct), d_model_, name, "direct");
  row.direct_mean_delta = mean_difference(
      cos_clean, cosines(removed, before, selected, options_.cosine, threads_, name));

  const measure::Displacement moved = measure::displacement(
      before.vectors, after.vectors, before.norms, after.norms, first_position_);
  row.perturbation = median(moved.relative);
  row.perturbation_absolute = median(moved.absolute);
  row.norm_ratio = median(moved.length);
  row.mean_distance_silenced = measure::mean_pair_distance(after.vectors, selected, threads_);
  row.effective_rank_silenced = measure::effective_rank(after.vectors, first_token, threads_);
  return row;
}

std::optional<LayerEffect> BlockAnalysis::analyse_other_first(int layer, const std::string& name,
                                                              std::span<const float> clean,
                                                              std::span<const float> rows) const {
  const measure::PairSelection selected = pairs(!options_.exclude_first);
  if (n_tokens_ - selected.first_token < kFewestTokens) return std::nullopt;
  LayerEffect row;
  row.layer = layer;
  const MeasuredState before = measure_state(clean, d_model_, name, "clean");
  const std::vector<double> cos_clean =
      cosines(before, before, selected, options_.cosine, threads_, name);
  if (rows.empty()) {
    test(row, cos_clean, cos_clean);
  } else {
    const MeasuredState after = measure_state(complete(clean, rows), d_model_, name, "silenced");
    test(row, cos_clean, cosines(after, before, selected, options_.cosine, threads_, name));
  }
  return row;
}

double BlockAnalysis::clean_mean(const std::string& name, std::span<const float> clean) const {
  const MeasuredState state = measure_state(clean, d_model_, name, "clean");
  return mean(
      cosines(state, state, pairs(options_.exclude_first), options_.cosine, threads_, name));
}

}  // namespace tacet::experiment
