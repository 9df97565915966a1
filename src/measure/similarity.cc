#include "measure/similarity.h"

#include <algorithm>
#include <cmath>

#include "support/dot.h"
#include "support/parallel.h"

namespace tacet::measure {
namespace {

/// Multiplications below which a second thread is not worth waking.
constexpr std::size_t kParallelWork = 1U << 22U;

/// Calls value(i, j) for the selected pairs and returns the results, i-major.
template <typename Value>
std::vector<double> for_each_pair(const TokenVectors& vectors, const PairSelection& pairs,
                                  int threads, const Value& value) {
  const std::size_t n = vectors.n_tokens();
  std::vector<double> values(pairs.count(n));
  std::vector<std::size_t> first_of_row(n + 1, 0);
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t begin = std::max(i + 1, pairs.first_movable);
    const bool selected = i >= pairs.first_token && begin < n;
    first_of_row[i + 1] = first_of_row[i] + (selected ? n - begin : 0);
  }
  const bool small = values.size() * vectors.d_model() < kParallelWork;
  support::parallel_for(n, small ? 1 : threads, [&](std::size_t i) {
    const std::size_t count = first_of_row[i + 1] - first_of_row[i];
    for (std::size_t k = 0; k < count; ++k) {
      values[first_of_row[i] + k] = value(i, n - count + k);
    }
  });
  return values;
}

}  // namespace

TokenVectors::TokenVectors(std::size_t n_tokens, std::size_t d_model)
    : d_model_(d_model), data_(n_tokens * d_model, 0.0) {}

TokenVectors::TokenVectors(std::span<const float> rows, std::size_t d_model)
    : d_model_(d_model), data_(rows.begin(), rows.end()) {}

std::size_t PairSelection::count(std::size_t n_tokens) const {
  std::size_t pairs = 0;
  for (std::size_t i = first_token; i < n_tokens; ++i) {
    pairs += n_tokens - std::min(n_tokens, std::max(i + 1, first_movable));
  }
  return pairs;
}

Gram::Gram(const TokenVectors& vectors, int threads)
    : products_(vectors.n_tokens() * (vectors.n_tokens() + 1) / 2), norms_(vectors.n_tokens()) {
  const bool small = products_.size() * vectors.d_model() < kParallelWork;
  support::parallel_for(n_tokens(), small ? 1 : threads, [&](std::size_t i) {
    double* const row = products_.data() + i * (i + 1) / 2;
    for (std::size_t j = 0; j <= i; ++j) {
      row[j] = support::dot_f64(vectors.row(i).data(), vectors.row(j).data(), vectors.d_model());
    }
    norms_[i] = std::sqrt(row[i]);
  });
}

std::vector<double> pair_cosines(const Gram& gram, const PairSelection& pairs) {
  std::vector<double> cosines;
  cosines.reserve(pairs.count(gram.n_tokens()));
  for (std::size_t i = pairs.first_token; i < gram.n_tokens(); ++i) {
    for (std::size_t j = std::max(i + 1, pairs.first_movable); j < gram.n_tokens(); ++j) {
      cosines.push_back(gram.product(i, j) / (gram.norms()[i] * gram.norms()[j]));
    }
  }
  return cosines;
}

double mean_pair_distance(const TokenVectors& vectors, const PairSelection& pairs, int threads) {
  const std::vector<double> distances =
      for_each_pair(vectors, pairs, threads, [&](std::size_t i, std::size_t j) {
        return std::sqrt(support::squared_distance(vectors.row(i).data(), vectors.row(j).data(),
                                                   vectors.d_model()));
      });
  double sum = 0;
  for (const double distance : distances) sum += distance;
  return distances.empty() ? 0.0 : sum / static_cast<double>(distances.size());
}

Standardisation standardisation(const TokenVectors& clean, std::size_t first_token, bool divide) {
  const std::size_t d = clean.d_model();
  const auto n = static_cast<double>(clean.n_tokens() - first_token);
  Standardisation standard{.shift = std::vector<double>(d, 0.0),
                           .scale = std::vector<double>(d, 1.0)};
  for (std::size_t token = first_token; token < clean.n_tokens(); ++token) {
    for (std::size_t k = 0; k < d; ++k) standard.shift[k] += clean.row(token)[k] / n;
  }
  if (!divide) return standard;
  std::vector<double> squares(d, 0.0);
  for (std::size_t token = first_token; token < clean.n_tokens(); ++token) {
    for (std::size_t k = 0; k < d; ++k) {
      const double deviation = clean.row(token)[k] - standard.shift[k];
      squares[k] += deviation * deviation;
    }
  }
  for (std::size_t k = 0; k < d; ++k) {
    if (squares[k] > 0) standard.scale[k] = std::sqrt(squares[k] / (n - 1));
  }
  return standard;
}

void apply(const Standardisation& standard, TokenVectors& vectors) {
  for (std::size_t token = 0; token < vectors.n_tokens(); ++token) {
    const std::span<double> v = vectors.row(token);
    for (std::size_t k = 0; k < v.size(); ++k) {
      v[k] = (v[k] - standard.shift[k]) / standard.scale[k];
    }
  }
}

}  // namespace tacet::measure
