#include "experiment/clean_state.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "measure/spread.h"
#include "tacet/error.h"

namespace tacet::experiment {
namespace {

/// Of the tokens from `first_token` on.
void require_lengths(std::span<const double> norms, std::size_t first_token,
                     const std::string& state, const std::string& what) {
  const auto zero = std::ranges::find(norms.subspan(first_token), 0.0);
  if (zero == norms.end()) return;
  throw NumericError(fmt::format(
      "the {} state of token {} at {} has norm 0, so it has no cosine with any other: the "
      "checkpoint is degenerate there",
      what, zero - norms.begin(), state));
}

}  // namespace

std::string state_name(int index, int n_layer) {
  if (index == 0) return "the embedding (hidden_states[0])";
  if (index > n_layer) return "the output of ln_f";
  return fmt::format("block {} (hidden_states[{}])", index - 1, index);
}

MeasuredState measure_state(measure::TokenVectors vectors, const std::string& state,
                            const std::string& what, int threads) {
  measure::Gram gram(vectors, threads);
  require_lengths(gram.norms(), 0, state, what);
  return {.vectors = std::move(vectors), .gram = std::move(gram)};
}

measure::TokenVectors to_vectors(const engine::RowsView& rows, std::size_t d_model) {
  measure::TokenVectors vectors(rows.size(), d_model);
  for (std::size_t t = 0; t < rows.size(); ++t) {
    std::ranges::copy(rows.row(t), vectors.row(t).begin());
  }
  return vectors;
}

std::vector<double> cosines(const MeasuredState& state, const CosineTransform& transform,
                            const measure::PairSelection& pairs, int threads,
                            const std::string& name) {
  if (transform.is_identity()) return measure::pair_cosines(state.gram, pairs);
  measure::TokenVectors vectors = state.vectors;
  transform.apply(vectors);
  const measure::Gram gram(vectors, threads);
  require_lengths(gram.norms(), pairs.first_token, name, transform.name());
  return measure::pair_cosines(gram, pairs);
}

void CleanState::require(const Comparison& comparison) const {
  const std::string& undefined = pairs(comparison).undefined;
  if (!undefined.empty()) throw NumericError(undefined);
}

CleanState::CleanState(measure::TokenVectors vectors, std::string name,
                       std::span<const Comparison> comparisons, int threads)
    : name_(std::move(name)),
      measured_(measure_state(std::move(vectors), name_, "clean", threads)) {
  for (const Comparison& comparison : comparisons) {
    const measure::PairSelection& selection = comparison.pairs;
    if (!pairs_.contains(comparison)) {
      CleanPairs& pairs = pairs_[comparison];
      pairs.transform = CosineTransform(measured_.vectors, measured_.norms(), comparison);
      try {
        pairs.cosines = experiment::cosines(measured_, pairs.transform, selection, threads, name_);
      } catch (const NumericError& error) {
        // Whoever needs them says so; a cosine that stands beside may be missing.
        pairs.undefined = error.what();
      }
    }
    if (!distances_.contains(selection)) {
      distances_[selection] = measure::mean_pair_distance(measured_.vectors, selection, threads);
    }
    if (!spreads_.contains(selection.first_token)) {
      spreads_[selection.first_token] = {
          .effective_rank = measure::effective_rank(measured_.gram, selection.first_token),
          .centred = measure::centred_gram(measured_.gram, selection.first_token)};
    }
  }
}

}  // namespace tacet::experiment
