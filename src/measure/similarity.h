#pragma once

#include <compare>
#include <cstddef>
#include <span>
#include <vector>

namespace tacet::measure {

/// The token vectors of one state in double, [n_tokens, d_model].
class TokenVectors {
 public:
  /// Vectors of zeros, to be filled row by row.
  TokenVectors(std::size_t n_tokens, std::size_t d_model);
  /// Converts float32 rows; `rows.size()` must be a multiple of `d_model`.
  TokenVectors(std::span<const float> rows, std::size_t d_model);

  std::size_t n_tokens() const { return data_.size() / d_model_; }
  std::size_t d_model() const { return d_model_; }
  std::span<const double> row(std::size_t token) const {
    return std::span(data_).subspan(token * d_model_, d_model_);
  }
  std::span<double> row(std::size_t token) {
    return std::span(data_).subspan(token * d_model_, d_model_);
  }

 private:
  std::size_t d_model_;
  std::vector<double> data_;
};

/// Which pairs i < j are compared: both at or after `first_token`, and j at or after
/// `first_movable` (pairs whose tokens both stand before it cannot have moved).
struct PairSelection {
  std::size_t first_token = 0;
  std::size_t first_movable = 0;

  /// How many pairs that is among n_tokens tokens.
  std::size_t count(std::size_t n_tokens) const;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 misreads the generated comparison
  auto operator<=>(const PairSelection&) const = default;
};

/// The products v_i . v_j of all tokens of a state, accumulated in double: what lengths, cosines and
/// the effective rank are made from. The bits do not depend on `threads`.
class Gram {
 public:
  Gram(const TokenVectors& vectors, int threads);

  std::size_t n_tokens() const { return norms_.size(); }
  /// v_i . v_j, in either order.
  double product(std::size_t i, std::size_t j) const {
    return i < j ? products_[j * (j + 1) / 2 + i] : products_[i * (i + 1) / 2 + j];
  }
  /// Euclidean length of every token's vector, [n_tokens].
  const std::vector<double>& norms() const { return norms_; }

 private:
  std::vector<double> products_;  // lower triangle with the diagonal, row by row
  std::vector<double> norms_;
};

/// CS(i, j) = v_i . v_j / (|v_i| |v_j|) of the selected pairs, i-major ((0,1), (0,2), ...).
/// Precondition: no selected token has norm 0.
std::vector<double> pair_cosines(const Gram& gram, const PairSelection& pairs);

/// Mean Euclidean distance |v_i - v_j| of the selected pairs; 0 without pairs.
double mean_pair_distance(const TokenVectors& vectors, const PairSelection& pairs, int threads);

/// Per dimension, what is subtracted and what is divided by before a cosine is taken.
struct Standardisation {
  std::vector<double> shift;  ///< [d_model]
  std::vector<double> scale;  ///< [d_model]; never 0
};

/// Mean of the tokens from `first_token` on, dimension by dimension; with `divide` also their
/// sample standard deviation (1 for a dimension that does not vary).
Standardisation standardisation(const TokenVectors& clean, std::size_t first_token, bool divide);

/// (v - shift) / scale for every token.
void apply(const Standardisation& standard, TokenVectors& vectors);

}  // namespace tacet::measure
