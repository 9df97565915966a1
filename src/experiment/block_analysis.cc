#include "experiment/block_analysis.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "experiment/block_tests.h"
#include "experiment/dimension_shares.h"
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

/// Dimensions that the vectors have are all that can be left out or named.
void check_dimensions(const SilenceOptions& options, int d_model) {
  const bool leaves_out = options.cosine == Cosine::no_rogue;
  if (leaves_out && (options.rogue_dimensions < 1 || options.rogue_dimensions >= d_model)) {
    throw UsageError(
        fmt::format("no-rogue:{} cannot be: of this model's {} dimensions, 1 to {} can be left out",
                    options.rogue_dimensions, d_model, d_model - 1));
  }
  if (!leaves_out && options.rogue_dimensions != 0) {
    throw UsageError(fmt::format("rogue_dimensions is {}, but the {} cosine leaves none out",
                                 options.rogue_dimensions, to_string(options.cosine)));
  }
  if (options.dimensions < 0 || options.dimensions > d_model) {
    throw UsageError(fmt::format("{} dimensions cannot be named: this model's states have {}",
                                 options.dimensions, d_model));
  }
}

/// Place of a pair among all pairs i < j, row by row.
std::size_t pair_index(const WordPair& pair, std::size_t n_tokens) {
  const auto i = static_cast<std::size_t>(pair.first);
  const auto j = static_cast<std::size_t>(pair.second);
  return i * n_tokens - i * (i + 1) / 2 + (j - i - 1);
}

void check_follow(const SilenceOptions& options, std::size_t n_tokens) {
  for (const WordPair& pair : options.follow) {
    if (pair.first >= 0 && pair.first < pair.second &&
        static_cast<std::size_t>(pair.second) < n_tokens) {
      continue;
    }
    throw UsageError(fmt::format(
        "the pair {} is of positions {} and {}: give two different ones of 0 to {}, the lower "
        "first",
        pair.name, pair.first, pair.second, n_tokens - 1));
  }
}

}  // namespace

SilencedVectors to_vectors(const engine::SilencedView& silenced, std::size_t d_model) {
  SilencedVectors vectors;
  if (silenced.rows.empty()) return vectors;
  vectors.after = to_vectors(silenced.rows, d_model);
  vectors.direct = to_vectors(silenced.direct, silenced.rows.size(), d_model);
  return vectors;
}

void check_options(const SilenceOptions& options, std::size_t n_tokens, std::size_t d_model) {
  if (!(options.alpha > 0.0 && options.alpha < 1.0)) {
    throw UsageError(fmt::format("alpha is {}, but must lie between 0 and 1", options.alpha));
  }
  check_dimensions(options, static_cast<int>(d_model));
  check_follow(options, n_tokens);
  const std::size_t taking_part = n_tokens - (options.exclude_first ? 1 : 0);
  if (taking_part < kFewestTokens) {
    throw InputError(
        fmt::format("the prompt has {} token{}{}, but pairs need at least {}: use a longer prompt",
                    n_tokens, n_tokens == 1 ? "" : "s",
                    options.exclude_first ? ", the first of them excluded" : "", kFewestTokens));
  }
}

measure::PairSelection selected_pairs(const Intervention& intervention, PairsKind kind,
                                      bool exclude_first) {
  const auto first_position = static_cast<std::size_t>(intervention.first_position());
  return {.first_token = exclude_first ? 1U : 0U,
          .first_movable = kind == PairsKind::movable ? first_position : 0};
}

BlockAnalysis::BlockAnalysis(const SilenceOptions& options, const Intervention& intervention,
                             std::size_t n_tokens, std::size_t d_model, int threads)
    : options_(options),
      n_tokens_(n_tokens),
      d_model_(d_model),
      first_position_(static_cast<std::size_t>(intervention.first_position())),
      threads_(threads),
      own_{.pairs = selected_pairs(intervention, options.pairs, options.exclude_first),
           .cosine = chosen_cosine(options)} {
  const measure::PairSelection other =
      selected_pairs(intervention, options.pairs, !options.exclude_first);
  if (n_tokens - other.first_token >= kFewestTokens) {
    other_first_ = {.pairs = other, .cosine = own_.cosine};
    others_.push_back(*other_first_);
  }
  if (!options.geometry_beside) return;
  for (const CosineChoice& cosine : other_cosines(own_.cosine, d_model)) {
    others_.push_back({.pairs = own_.pairs, .cosine = cosine});
  }
}

std::vector<Comparison> BlockAnalysis::comparisons() const {
  std::vector<Comparison> all = {own_};
  all.insert(all.end(), others_.begin(), others_.end());
  return all;
}

std::vector<double> BlockAnalysis::test(LayerEffect& row, const measure::PairSelection& selected,
                                        std::span<const double> clean,
                                        std::span<const double> silenced, bool with_beside) const {
  row.n_pairs = static_cast<std::int64_t>(clean.size());
  row.mean_clean = mean(clean);
  row.mean_silenced = mean(silenced);
  const auto run = [&](Test name) {
    return run_test(name, clean, silenced, selected, n_tokens_, options_, threads_);
  };
  if (with_beside && !options_.tests_beside.empty()) {
    for (const Test name : wanted_tests(options_)) row.tests.push_back(run(name));
  }
  if (std::ranges::equal(clean, silenced)) {
    row.effect = Effect::unchanged;
    if (with_beside) set_sizes(row, clean, silenced, selected, n_tokens_, options_.alpha);
    return {};
  }
  std::vector<double> deltas(clean.size());
  std::ranges::transform(silenced, clean, deltas.begin(), std::minus<>());
  row.mean_delta = mean(deltas);
  row.sd_delta = sample_sd(deltas);
  row.cohen_dz = cohen_dz(row.mean_delta, row.sd_delta);
  // The other choice of position 0 is only judged.
  if (with_beside) set_sizes(row, clean, silenced, selected, n_tokens_, options_.alpha);
  set_columns(row, row.tests.empty() ? run(options_.test) : row.tests.front());
  return deltas;
}

void BlockAnalysis::set_same(LayerEffect& row, const CleanState& clean) const {
  const std::vector<double>& same = clean.pairs(own_).cosines;
  test(row, own_.pairs, same, same, true);
  row.mean_distance_silenced = row.mean_distance_clean;
  row.effective_rank_silenced = row.effective_rank_clean;
  const measure::CentredGram& centred = clean.centred(own_.pairs.first_token);
  row.cka = measure::cka(centred, centred);
  row.rank_correlation = rank_correlation(same, same);
}

BlockRows BlockAnalysis::analyse(int layer, const CleanState& clean,
                                 SilencedVectors silenced) const {
  clean.require(own_);
  if (other_first_) clean.require(*other_first_);
  BlockRows rows;
  rows.row.layer = layer;
  rows.row.mean_distance_clean = clean.mean_distance(own_.pairs);
  rows.row.effective_rank_clean = clean.effective_rank(own_.pairs.first_token);
  std::optional<MeasuredState> after;
  if (!silenced.after) {
    set_same(rows.row, clean);
    follow(rows, clean, nullptr, nullptr);
  } else {
    after = measure_state(std::move(*silenced.after), clean.name(), "silenced", threads_);
    compare(rows, clean, *after, std::move(*silenced.direct));
    if (wants_token_swap(options_) && rows.row.effect != Effect::unchanged) {
      rows.swap_parts =
          swap_parts(clean.measured(), *after, own_.pairs, clean.pairs(own_).transform);
    }
  }
  if (options_.dimensions > 0) {
    add_dimension_shares(rows.row, clean, after ? *after : clean.measured(), own_,
                         static_cast<std::size_t>(options_.dimensions), threads_);
  }
  for (const Comparison& other : others_) {
    rows.others.push_back(compare_otherwise(layer, other, clean, after ? &*after : nullptr));
  }
  return rows;
}

OtherRow BlockAnalysis::compare_otherwise(int layer, const Comparison& comparison,
                                          const CleanState& clean,
                                          const MeasuredState* after) const {
  OtherRow other;
  other.row.layer = layer;
  const CleanPairs& before = clean.pairs(comparison);
  other.undefined = before.undefined;
  if (!other.undefined.empty()) return other;
  if (after == nullptr) {
    test(other.row, comparison.pairs, before.cosines, before.cosines, false);
    return other;
  }
  try {
    test(other.row, comparison.pairs, before.cosines,
         cosines(*after, before.transform, comparison.pairs, threads_, clean.name()), false);
  } catch (const NumericError& error) {
    // Without the other cosine there is still the one that was asked for.
    if (comparison.cosine == own_.cosine) throw;
    other.undefined = error.what();
    return other;
  }
  if (options_.test == Test::token_swap && other.row.effect != Effect::unchanged) {
    other.swap_parts = swap_parts(clean.measured(), *after, comparison.pairs, before.transform);
  }
  return other;
}

void BlockAnalysis::compare(BlockRows& rows, const CleanState& clean, const MeasuredState& after,
                            measure::TokenVectors direct) const {
  LayerEffect& row = rows.row;
  const measure::PairSelection& selected = own_.pairs;
  const MeasuredState& before = clean.measured();
  const CleanPairs& pairs = clean.pairs(own_);
  const std::vector<double> silenced =
      cosines(after, pairs.transform, selected, threads_, clean.name());
  rows.delta = test(row, selected, pairs.cosines, silenced, true);
  row.rank_correlation = rank_correlation(pairs.cosines, silenced);
  row.cka = measure::cka(clean.centred(selected.first_token),
                         measure::centred_gram(after.gram, selected.first_token));

  const MeasuredState removed = measure_state(std::move(direct), clean.name(), "direct", threads_);
  row.direct_mean_delta = mean_difference(
      pairs.cosines, cosines(removed, pairs.transform, selected, threads_, clean.name()));
  follow(rows, clean, &after, &removed);

  measure::Displacement moved = measure::displacement(before.vectors, after.vectors, before.norms(),
                                                      after.norms(), first_position_);
  row.perturbation = median(moved.relative);
  row.perturbation_absolute = median(moved.absolute);
  row.norm_ratio = median(moved.length);
  row.mean_distance_silenced = measure::mean_pair_distance(after.vectors, selected, threads_);
  row.effective_rank_silenced = measure::effective_rank(after.gram, selected.first_token);
  rows.relative = std::move(moved.relative);
}

void BlockAnalysis::follow(BlockRows& rows, const CleanState& clean, const MeasuredState* after,
                           const MeasuredState* direct) const {
  if (options_.follow.empty()) return;
  // A pair may be followed whether it takes part in the test or not.
  const auto of = [&](const MeasuredState& state) {
    return cosines(state, clean.pairs(own_).transform, {.first_token = 0, .first_movable = 0},
                   threads_, clean.name());
  };
  const std::vector<double> before = of(clean.measured());
  const std::vector<double> silenced = after != nullptr ? of(*after) : before;
  const std::vector<double> removed = direct != nullptr ? of(*direct) : before;
  for (const WordPair& pair : options_.follow) {
    const std::size_t at = pair_index(pair, n_tokens_);
    rows.followed.push_back({.layer = rows.row.layer,
                             .clean = before[at],
                             .silenced = silenced[at],
                             .delta = silenced[at] - before[at],
                             .direct_delta = removed[at] - before[at]});
  }
}

double BlockAnalysis::noise_floor(double mean_delta, const CleanState& clean,
                                  std::span<const engine::RowsView> draws) const {
  double largest = 0;
  const CleanPairs& pairs = clean.pairs(own_);
  for (const engine::RowsView& draw : draws) {
    if (draw.empty()) continue;
    const MeasuredState after =
        measure_state(experiment::to_vectors(draw, d_model_), clean.name(), "silenced", threads_);
    const double drawn = mean_difference(
        pairs.cosines, cosines(after, pairs.transform, own_.pairs, threads_, clean.name()));
    largest = std::max(largest, std::abs(drawn - mean_delta));
  }
  return largest;
}

}  // namespace tacet::experiment
