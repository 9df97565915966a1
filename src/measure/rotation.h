#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace tacet::measure {

/// The rows of a matrix, to be turned as one rigid figure: every row keeps its length and every two
/// rows the angle between them, while the directions that they take in space are drawn at random.
///
/// With the thin factorisation C = Rᵀ Bᵀ (Householder's QR of Cᵀ), B an orthonormal frame of
/// k = min(n, width) columns, a turned matrix is Rᵀ B′ᵀ with another frame B′. A frame from the QR
/// of normal numbers with the signs of its diagonal made positive is uniformly distributed
/// (Mezzadri 2007, "How to generate random matrices from the classical compact groups"). Const use
/// is thread safe.
class RigidRows {
 public:
  /// `rows` [n, width] with width >= 1.
  RigidRows(std::span<const float> rows, std::size_t width);

  /// Normal numbers that one turn takes: width * min(n, width).
  std::size_t n_normals() const { return width_ * n_columns_; }

  /// The turned rows [n, width], rounded to float32. `normals` are n_normals() independent standard
  /// normal numbers. A row of zeros stays one exactly.
  std::vector<float> turned(std::span<const double> normals) const;

 private:
  std::size_t n_rows_;
  std::size_t width_;
  std::size_t n_columns_;
  std::vector<double> coordinates_;  // Rᵀ, [n, k]
};

}  // namespace tacet::measure
