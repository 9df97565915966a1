#include "measure/rotation.h"

#include <algorithm>

#include <Eigen/Dense>

namespace tacet::measure {
namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Eigen::Index index(std::size_t n) {
  return static_cast<Eigen::Index>(n);
}

}  // namespace

RigidRows::RigidRows(std::span<const float> rows, std::size_t width)
    : n_rows_(rows.size() / width),
      width_(width),
      n_columns_(std::min(n_rows_, width)),
      coordinates_(n_rows_ * n_columns_) {
  const Eigen::Map<const Eigen::MatrixXf> columns(rows.data(), index(width_), index(n_rows_));
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(columns.cast<double>());
  const Eigen::MatrixXd upper =
      qr.matrixQR().topRows(index(n_columns_)).triangularView<Eigen::Upper>();
  Eigen::Map<RowMajor>(coordinates_.data(), index(n_rows_), index(n_columns_)) = upper.transpose();
}

std::vector<float> RigidRows::turned(std::span<const double> normals) const {
  const Eigen::Map<const Eigen::MatrixXd> drawn(normals.data(), index(width_), index(n_columns_));
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(drawn);
  Eigen::MatrixXd frame =
      qr.householderQ() * Eigen::MatrixXd::Identity(index(width_), index(n_columns_));
  for (Eigen::Index column = 0; column < frame.cols(); ++column) {
    if (qr.matrixQR()(column, column) < 0) frame.col(column) *= -1.0;
  }
  const Eigen::Map<const RowMajor> coordinates(coordinates_.data(), index(n_rows_),
                                               index(n_columns_));
  const RowMajor rows = coordinates * frame.transpose();
  std::vector<float> result(n_rows_ * width_);
  std::ranges::transform(std::span(rows.data(), result.size()), result.begin(),
                         [](double value) { return static_cast<float>(value); });
  return result;
}

}  // namespace tacet::measure
