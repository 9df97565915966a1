#include "experiment/clean_state.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "measure/spread.h"
#include "tacet/error.h"

namespace tacet::experiment {
namespace {

void require_lengths(std::span<const double> norms, const std::string& state,
                     const std::string& what) {
  const auto zero = std::ranges::find(norms, 0.0);
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
  require_lengths(gram.norms(), state, what);
  return {.vectors = std::move(vectors), .gram = std::move(gram)};
}

measure::TokenVectors to_vectors(const engine::RowsView& rows, std::size_t d_model) {
  measure::TokenVectors vectors(rows.size(), d_model);
  for (std::size_t t = 0; t < rows.size(); ++t) {
    std::ranges::copy(rows.row(t), vectors.row(t).begin());
  }
  return vectors;
}

std::vector<double> cosines(const MeasuredState& state, const MeasuredState& reference,
                            const measure::PairSelection& pairs, Cosine cosine, int threads,
                            const std::string& name) {
  if (cosine == Cosine::raw) {
    return measure::pair_cosines(state.gram, pairs);
  }
  const measure::Standardisation standard = measure::standardisation(
      reference.vectors, pairs.first_token, cosine == Cosine::standardised);
  measure::TokenVectors vectors = state.vectors;
  measure::apply(standard, vectors);
  const measure::Gram gram(vectors, threads);
  require_lengths(std::span(gram.norms()).subspan(pairs.first_token), name, "centred");
  return measure::pair_cosines(gram, pairs);
}

CleanState::CleanState(measure::TokenVectors vectors, std::string name, Cosine cosine,
                       std::span<const measure::PairSelection> selections, int threads)
    : name_(std::move(name)),
      measured_(measure_state(std::move(vectors), name_, "clean", threads)) {
  for (const measure::PairSelection& selection : selections) {
    if (!pairs_.contains(selection)) {
      pairs_[selection] = {
          .cosines = experiment::cosines(measured_, measured_, selection, cosine, threads, name_),
          .mean_distance = measure::mean_pair_distance(measured_.vectors, selection, threads)};
    }
    if (!ranks_.contains(selection.first_token)) {
      ranks_[selection.first_token] =
          measure::effective_rank(measured_.gram, selection.first_token);
    }
  }
}

}  // namespace tacet::experiment
