#include "measure/spread.h"

#include <algorithm>
#include <cmath>

#include <Eigen/Eigenvalues>

namespace tacet::measure {

double effective_rank(const Gram& gram, std::size_t first_token) {
  const std::size_t n = gram.n_tokens() - first_token;
  Eigen::MatrixXd matrix(static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(n));
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      matrix(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) =
          gram.product(first_token + i, first_token + j);
    }
  }
  // The solver reads the lower triangle alone.
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(matrix, Eigen::EigenvaluesOnly);
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
