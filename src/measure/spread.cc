#include "measure/spread.h"

#include <cmath>

#include <Eigen/Eigenvalues>

#include "support/dot.h"
#include "support/parallel.h"

namespace tacet::measure {

double effective_rank(const TokenVectors& vectors, std::size_t first_token, int threads) {
  const std::size_t n = vectors.n_tokens() - first_token;
  Eigen::MatrixXd gram(static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(n));
  constexpr std::size_t kParallelWork = 1U << 22U;
  support::parallel_for(
      n, n * n * vectors.d_model() < kParallelWork ? 1 : threads, [&](std::size_t i) {
        for (std::size_t j = 0; j <= i; ++j) {
          gram(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) =
              support::dot_f64(vectors.row(first_token + i).data(),
                               vectors.row(first_token + j).data(), vectors.d_model());
        }
      });
  // The solver reads the lower triangle alone.
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(gram, Eigen::EigenvaluesOnly);
  double total = 0;
  for (const double value : solver.eigenvalues()) total += std::max(value, 0.0);
  double entropy = 0;
  for (const double value : solver.eigenvalues()) {
    const double p = std::max(value, 0.0) / total;
    if (p > 0) entropy -= p * std::log(p);
  }
  return std::exp(entropy);
}

}  // namespace tacet::measure
