#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "engine/rows.h"
#include "measure/similarity.h"
#include "tacet/silence.h"

namespace tacet::experiment {

/// What a state is called in messages: "block 3 (hidden_states[4])", "the embedding", "ln_f".
std::string state_name(int index, int n_layer);

/// Token vectors of one state and their products, ready to be compared.
struct MeasuredState {
  measure::TokenVectors vectors;
  measure::Gram gram;

  const std::vector<double>& norms() const { return gram.norms(); }
};

/// Computes the products. Throws NumericError naming the state and the position when a token's
/// vector has norm 0. `what` says which run, e.g. "clean".
MeasuredState measure_state(measure::TokenVectors vectors, const std::string& state,
                            const std::string& what, int threads);

/// The rows in double.
measure::TokenVectors to_vectors(const engine::RowsView& rows, std::size_t d_model);

/// Cosines of the selected pairs of a state, after centring or standardising by `reference` (the
/// clean state) when `cosine` asks for it. `name` is the state's, for messages.
std::vector<double> cosines(const MeasuredState& state, const MeasuredState& reference,
                            const measure::PairSelection& pairs, Cosine cosine, int threads,
                            const std::string& name);

/// The selected pairs of a clean state.
struct CleanPairs {
  std::vector<double> cosines;
  double mean_distance = 0;
};

/// A clean state with what all interventions on its prompt are compared with, measured once.
/// Const use is thread safe.
class CleanState {
 public:
  /// Measures the state for each of `selections`. Errors as for measure_state.
  CleanState(measure::TokenVectors vectors, std::string name, Cosine cosine,
             std::span<const measure::PairSelection> selections, int threads);

  const std::string& name() const { return name_; }
  const MeasuredState& measured() const { return measured_; }
  /// The pairs of one of the selections.
  const CleanPairs& pairs(const measure::PairSelection& selection) const {
    return pairs_.at(selection);
  }
  /// Effective rank of the tokens from `first_token` of one of the selections on.
  double effective_rank(std::size_t first_token) const { return ranks_.at(first_token); }

 private:
  std::string name_;
  MeasuredState measured_;
  std::map<measure::PairSelection, CleanPairs> pairs_;
  std::map<std::size_t, double> ranks_;
};

}  // namespace tacet::experiment
