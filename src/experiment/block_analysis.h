#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "measure/similarity.h"
#include "tacet/silence.h"

namespace tacet::experiment {

/// What a state is called in messages: "block 3 (hidden_states[4])", "the embedding", "ln_f".
std::string state_name(int index, int n_layer);

/// Token vectors of one state and their lengths, ready to be compared.
struct MeasuredState {
  measure::TokenVectors vectors;
  std::vector<double> norms;
};

/// Converts the rows of one state, [n_tokens, d_model]. Throws NumericError naming the state and
/// the position when a token's vector has norm 0. `what` says which run, e.g. "clean".
MeasuredState measure_state(std::span<const float> rows, std::size_t d_model,
                            const std::string& state, const std::string& what);

/// Cosines of the selected pairs of a state, after centring or standardising by `reference` (the
/// clean state) when `cosine` asks for it.
std::vector<double> cosines(const MeasuredState& state, const MeasuredState& reference,
                            const measure::PairSelection& pairs, Cosine cosine, int threads,
                            const std::string& name);

/// Turns states into rows of the result, one state at a time.
class BlockAnalysis {
 public:
  /// `threads` as resolved. Throws UsageError for alpha outside (0, 1) and InputError when fewer
  /// than 3 of the n_tokens tokens take part in pairs.
  BlockAnalysis(const SilenceOptions& options, const Intervention& intervention,
                std::size_t n_tokens, std::size_t d_model, int threads);

  /// One state's row, except for what needs the family: p_adjusted, significant, effect (which is
  /// `unchanged` or `none`). `rows` and `direct` hold the tokens from the intervention's first
  /// position on, or are empty when the state is the clean one.
  LayerEffect analyse(int layer, const std::string& name, std::span<const float> clean,
                      std::span<const float> rows, std::span<const float> direct) const;

  /// The same block's test with the other choice of `exclude_first`; nullopt when too few tokens
  /// are left. Carries what `judge` needs: mean_delta, p and effect.
  std::optional<LayerEffect> analyse_other_first(int layer, const std::string& name,
                                                 std::span<const float> clean,
                                                 std::span<const float> rows) const;

  /// Mean cosine of the pairs of a clean state.
  double clean_mean(const std::string& name, std::span<const float> clean) const;

 private:
  std::vector<float> complete(std::span<const float> clean, std::span<const float> rows) const;
  measure::PairSelection pairs(bool exclude_first) const;
  void test(LayerEffect& row, std::span<const double> clean,
            std::span<const double> silenced) const;

  const SilenceOptions& options_;
  std::size_t n_tokens_;
  std::size_t d_model_;
  std::size_t first_position_;
  int threads_;
};

}  // namespace tacet::experiment
