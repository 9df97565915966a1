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
                            const std::string& what) {
  MeasuredState measured{.vectors = std::move(vectors), .norms = {}};
  measured.norms = measure::norms(measured.vectors);
  require_lengths(measured.norms, state, what);
  return measured;
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

CleanState::CleanState(const engine::RowsView& rows, std::size_t d_model, std::string name,
                       Cosine cosine, std::span<const measure::PairSelection> selections,
                       int threads)
    : name_(std::move(name)), measured_(measure_state(to_vectors(rows, d_model), name_, "clean")) {
  for (const measure::PairSelection& selection : selections) {
    if (!pairs_.contains(selection)) {
      pairs_[selection] = {
          .cosines = experiment::cosines(measured_, measured_, selection, cosine, threads, name_),
          .mean_distance = measure::mean_pair_distance(measured_.vectors, selection, threads)};
    }
    if (!ranks_.contains(selection.first_token)) {
      ranks_[selection.first_token] =
          measure::effective_rank(measured_.vectors, selection.first_token, threads);
    }
  }
}

}  // namespace tacet::experiment
