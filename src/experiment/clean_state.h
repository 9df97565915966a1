#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "engine/rows.h"
#include "experiment/cosine_transform.h"
#include "measure/cka.h"
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

/// Cosines of the selected pairs of a state, once `transform` is done. `name` is the state's, for
/// messages. Throws NumericError when a vector has norm 0 then.
std::vector<double> cosines(const MeasuredState& state, const CosineTransform& transform,
                            const measure::PairSelection& pairs, int threads,
                            const std::string& name);

/// A clean state's pairs by one comparison.
struct CleanPairs {
  CosineTransform transform;  ///< to be done to other states too
  std::vector<double> cosines;
  /// Why there are none: the transform leaves a vector no length. Empty where there are.
  std::string undefined;
};

/// A clean state with what all interventions on its prompt are compared with, measured once.
/// Const use is thread safe.
class CleanState {
 public:
  /// Measures the state for each of `comparisons`. Errors as for measure_state: of the vectors as
  /// they are.
  CleanState(measure::TokenVectors vectors, std::string name,
             std::span<const Comparison> comparisons, int threads);

  const std::string& name() const { return name_; }
  const MeasuredState& measured() const { return measured_; }
  /// The pairs of one of the comparisons.
  const CleanPairs& pairs(const Comparison& comparison) const { return pairs_.at(comparison); }
  /// Throws NumericError when a comparison has no cosines.
  void require(const Comparison& comparison) const;
  /// Mean Euclidean distance of the pairs of one of the comparisons.
  double mean_distance(const measure::PairSelection& selection) const {
    return distances_.at(selection);
  }
  /// Effective rank of the tokens from `first_token` of one of the comparisons on.
  double effective_rank(std::size_t first_token) const {
    return spreads_.at(first_token).effective_rank;
  }
  /// Centred products of the same tokens.
  const measure::CentredGram& centred(std::size_t first_token) const {
    return spreads_.at(first_token).centred;
  }

 private:
  /// Of the tokens from one on.
  struct Spread {
    double effective_rank = 0;
    measure::CentredGram centred;
  };

  std::string name_;
  MeasuredState measured_;
  std::map<Comparison, CleanPairs> pairs_;
  std::map<measure::PairSelection, double> distances_;
  std::map<std::size_t, Spread> spreads_;
};

}  // namespace tacet::experiment
