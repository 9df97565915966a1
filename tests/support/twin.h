/// @file
/// The experiment once more, in double precision and from the definitions alone: what silence()
/// must find when nothing is rounded to float32.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "support/reference.h"
#include "tacet/silence.h"

namespace tacet::testing {

/// The figures of one row of a result that do not depend on the family of tests.
struct TwinRow {
  std::int64_t n_pairs = 0;
  double mean_clean = 0;
  double mean_silenced = 0;
  double mean_delta = 0;
  double sd_delta = 0;
  std::optional<double> t;  ///< of the chosen test; nullopt when every delta is 0
  double direct_mean_delta = 0;
  double perturbation = 0;
  double perturbation_absolute = 0;
  double norm_ratio = 1;
  double mean_distance_clean = 0;
  double mean_distance_silenced = 0;
  double effective_rank_clean = 0;
  double effective_rank_silenced = 0;
  double cka = 0;
  double rank_correlation = 0;
};

/// The rows of the result.
struct TwinResult {
  double embedding_mean = 0;  ///< mean similarity of the clean embedding
  std::vector<TwinRow> layers;
  std::optional<TwinRow> final_norm;
  std::optional<double> growth;
  std::optional<double> growth_absolute;
};

/// Runs the experiment. All arguments must be valid, as silence() would check them. With `push`
/// [M, d_model], that is added behind the attention of the cut's block, and no head is silenced.
TwinResult twin_silence(const Reference& reference, std::span<const std::int32_t> ids,
                        const Intervention& intervention, const SilenceOptions& options,
                        std::span<const double> push = {});

/// Pairs i < j of `n_tokens` tokens that are compared when the first position touched is
/// `first_position`.
std::vector<std::pair<int, int>> twin_pairs(int n_tokens, int first_position, PairsKind kind,
                                            bool exclude_first);

/// Eigenvalues of a symmetric n x n matrix by Jacobi's rotations, in no order.
std::vector<double> jacobi_eigenvalues(std::vector<double> matrix, int n);

/// exp(entropy) of the normalised eigenvalues of the Gram matrix of `rows` [n, d].
double twin_effective_rank(std::span<const double> rows, int d);

}  // namespace tacet::testing
