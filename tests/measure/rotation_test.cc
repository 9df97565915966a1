// A matrix turned at random keeps its shape, and nothing of its direction.
#include "measure/rotation.h"

#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "stats/random.h"

namespace tacet::measure {
namespace rotation_test {

std::vector<double> normals(std::size_t n, std::uint64_t seed) {
  stats::Random random(seed);
  std::vector<double> numbers(n);
  for (double& number : numbers) number = random.normal();
  return numbers;
}

/// Rows whose lengths differ by some orders of magnitude; row 1 is zero.
std::vector<float> made_rows(std::size_t n, std::size_t width) {
  std::vector<float> rows;
  for (const double value : normals(n * width, 5)) rows.push_back(static_cast<float>(value));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i] *= std::pow(10.0F, -static_cast<float>(i / width % 4));
    if (i / width == 1) rows[i] = 0.0F;
  }
  return rows;
}

double product(const std::vector<float>& rows, std::size_t width, std::size_t i, std::size_t j) {
  double sum = 0;
  for (std::size_t k = 0; k < width; ++k) {
    sum += static_cast<double>(rows[i * width + k]) * static_cast<double>(rows[j * width + k]);
  }
  return sum;
}

TEST(RigidRows, KeepsEveryLengthAndEveryInnerProduct) {
  for (const auto& [n, width] :
       {std::pair<std::size_t, std::size_t>{6, 16}, {16, 16}, {20, 8}, {3, 1}, {1, 7}}) {
    const std::vector<float> rows = made_rows(n, width);
    const RigidRows rigid(rows, width);
    const std::vector<float> turned = rigid.turned(normals(rigid.n_normals(), 3));
    ASSERT_EQ(turned.size(), rows.size());
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        // Row by row: a short row beside a long one is as exact.
        const double scale = std::sqrt(product(rows, width, i, i) * product(rows, width, j, j));
        EXPECT_NEAR(product(turned, width, i, j), product(rows, width, i, j), 1e-6 * scale)
            << n << " x " << width << ", rows " << i << " and " << j;
      }
    }
    for (std::size_t k = 0; k < width && n > 1; ++k) EXPECT_EQ(turned[width + k], 0.0F);
  }
}

TEST(RigidRows, DirectionsAreUniform) {
  // A row's share in a fixed direction has mean 0, variance |row|^2 / width and, on the sphere of
  // 8 dimensions, 4th moment 3 / (width (width + 2)).
  constexpr std::size_t kWidth = 8;
  constexpr int kDraws = 4000;
  const std::vector<float> rows = made_rows(3, kWidth);
  const RigidRows rigid(rows, kWidth);
  const double length = std::sqrt(product(rows, kWidth, 0, 0));
  for (const std::size_t direction : {std::size_t{0}, std::size_t{5}}) {
    double sum = 0;
    double squares = 0;
    double fourths = 0;
    for (int draw = 0; draw < kDraws; ++draw) {
      const std::vector<float> turned =
          rigid.turned(normals(rigid.n_normals(), static_cast<std::uint64_t>(draw)));
      const double share = static_cast<double>(turned[direction]) / length;
      sum += share;
      squares += share * share;
      fourths += std::pow(share, 4);
    }
    EXPECT_NEAR(sum / kDraws, 0.0, 5 * std::sqrt(0.125 / kDraws));
    EXPECT_NEAR(squares / kDraws, 0.125, 0.01);
    EXPECT_NEAR(fourths / kDraws, 3.0 / 80.0, 0.006);
  }
}

TEST(RigidRows, AnotherDrawIsAnotherDirectionTheSameOneTheSame) {
  const std::vector<float> rows = made_rows(4, 8);
  const RigidRows rigid(rows, 8);
  const auto draw = [&](std::uint64_t seed) {
    return rigid.turned(normals(rigid.n_normals(), seed));
  };
  EXPECT_EQ(draw(1), draw(1));
  EXPECT_NE(draw(1), draw(2));
}

TEST(Random, NormalNumbersHaveTheirMoments) {
  const std::vector<double> numbers = normals(20000, 7);
  double sum = 0;
  double squares = 0;
  double fourths = 0;
  for (const double x : numbers) {
    sum += x;
    squares += x * x;
    fourths += std::pow(x, 4);
  }
  const auto n = static_cast<double>(numbers.size());
  EXPECT_NEAR(sum / n, 0.0, 0.03);
  EXPECT_NEAR(squares / n, 1.0, 0.05);
  EXPECT_NEAR(fourths / n, 3.0, 0.35);
}

}  // namespace rotation_test
}  // namespace tacet::measure
