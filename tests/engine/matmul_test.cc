#include "engine/matmul.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/matmul_kernel.h"
#include "support/compare.h"
#include "tacet/error.h"

namespace tacet::engine {
namespace matmul_test {

using testing::same_bits;

std::vector<float> random_values(std::size_t count, std::uint32_t seed) {
  std::mt19937 engine(seed);
  std::vector<float> values(count);
  for (float& value : values) {
    value = static_cast<float>(static_cast<double>(engine()) / 2147483648.0 - 1.0);
  }
  return values;
}

/// A linear layer with random weights that start `offset` bytes after an aligned address.
struct Layer {
  Layer(std::int64_t in, std::int64_t out, std::size_t offset)
      : weights(random_values(static_cast<std::size_t>(in * out), 1)),
        biases(random_values(static_cast<std::size_t>(out), 2)),
        bytes(weights.size() * sizeof(float) + offset) {
    std::memcpy(bytes.data() + offset, weights.data(), weights.size() * sizeof(float));
    linear.weight = {"w", bytes.data() + offset, model::Dtype::f32, in, out};
    linear.bias = {"b", reinterpret_cast<const std::byte*>(biases.data()), model::Dtype::f32, 1,
                   out};
  }
  std::vector<float> weights;
  std::vector<float> biases;
  std::vector<std::byte> bytes;
  model::Linear linear;
};

Rows random_rows(std::size_t rows, std::size_t cols) {
  Rows out(rows, cols);
  const std::vector<float> values = random_values(rows * cols, 3);
  std::copy(values.begin(), values.end(), out.data());
  return out;
}

std::vector<float> product(const Layer& layer, const Rows& in, std::size_t rows, int threads,
                           std::optional<Activation> activation = std::nullopt) {
  Rows out(rows, static_cast<std::size_t>(layer.linear.weight.cols));
  Matmul(threads).multiply(in, rows, layer.linear, out, activation);
  const std::span<const float> used = std::as_const(out).rows(0, rows);
  return {used.begin(), used.end()};
}

struct Shape {
  std::int64_t in;
  std::int64_t out;
  bool long_rows;  ///< also more rows than are packed at a time
};

void PrintTo(const Shape& value, std::ostream* out) {
  *out << value.in << 'x' << value.out;
}

/// The products of GPT-2 Medium, of the embedded model, and odd ones.
class RowBits : public ::testing::TestWithParam<Shape> {};

TEST_P(RowBits, DoNotDependOnTheOtherRowsTheThreadsOrTheAlignment) {
  const auto [in_cols, out_cols, long_rows] = GetParam();
  const Layer layer(in_cols, out_cols, 0);
  const std::size_t most = long_rows ? 301 : 50;
  const Rows in = random_rows(most, static_cast<std::size_t>(in_cols));
  const std::vector<float> whole = product(layer, in, most, 1);
  for (const std::size_t rows :
       {1U, 2U, 3U, 4U, 5U, 7U, 12U, 13U, 25U, 36U, 49U, 97U, 120U, 121U, 300U}) {
    if (rows > most) continue;
    const std::vector<float> part = product(layer, in, rows, 1);
    EXPECT_TRUE(same_bits(part, std::span(whole).first(part.size()))) << rows << " rows";
  }
  EXPECT_TRUE(same_bits(product(layer, in, most, 3), whole)) << "3 threads";
  const Layer moved(in_cols, out_cols, 2);
  EXPECT_TRUE(same_bits(product(moved, in, most, 1), whole)) << "2 bytes off";
}

TEST_P(RowBits, DoNotDependOnTheRowsPlace) {
  const auto [in_cols, out_cols, long_rows] = GetParam();
  const Layer layer(in_cols, out_cols, 1);
  Rows in = random_rows(26, static_cast<std::size_t>(in_cols));
  for (std::size_t i = 1; i < 26; ++i) in.copy_row(in, 0, i);
  const std::vector<float> out = product(layer, in, 26, 1);
  const auto cols = static_cast<std::size_t>(out_cols);
  for (std::size_t i = 1; i < 26; ++i) {
    EXPECT_TRUE(same_bits(std::span(out).subspan(i * cols, cols), std::span(out).first(cols))) << i;
  }
}

TEST_P(RowBits, AddingToTheOutputIsAddingTheProduct) {
  const auto [in_cols, out_cols, long_rows] = GetParam();
  const Layer layer(in_cols, out_cols, 0);
  const auto cols = static_cast<std::size_t>(out_cols);
  for (const std::size_t rows : {0U, 1U, 13U, long_rows ? 301U : 50U}) {
    const Rows in = random_rows(rows, static_cast<std::size_t>(in_cols));
    Rows sum = random_rows(rows, cols);
    std::vector<float> expected = product(layer, in, rows, 1);
    for (std::size_t i = 0; i < expected.size(); ++i) expected[i] = sum.data()[i] + expected[i];
    Matmul(2).multiply_and_add(in, rows, layer.linear, sum);
    EXPECT_TRUE(same_bits(std::as_const(sum).rows(0, rows), expected)) << rows << " rows";
  }
}

TEST_P(RowBits, FeedForwardIsTheTwoProductsOneAfterTheOther) {
  const auto [in_cols, out_cols, long_rows] = GetParam();
  const auto width = static_cast<std::size_t>(in_cols);
  const auto inner = static_cast<std::size_t>(out_cols);
  const Layer up(in_cols, out_cols, 0);
  const Layer down(out_cols, in_cols, 1);
  for (const std::size_t rows : {0U, 1U, 50U, long_rows ? 301U : 121U}) {
    const Rows in = random_rows(rows, width);
    Rows hidden(rows, inner);
    Rows expected = random_rows(rows, width);
    Matmul(1).multiply(in, rows, up.linear, hidden, Activation::gelu_tanh);
    Matmul(1).multiply_and_add(hidden, rows, down.linear, expected);
    for (const int threads : {1, 3}) {
      Rows sum = random_rows(rows, width);
      const auto source = [&](std::size_t row, std::span<float> out) {
        std::ranges::copy(in.row(row), out.begin());
      };
      Matmul(threads).feed_forward(source, rows, up.linear, Activation::gelu_tanh, down.linear,
                                   sum);
      EXPECT_TRUE(
          same_bits(std::as_const(sum).rows(0, rows), std::as_const(expected).rows(0, rows)))
          << rows << " rows on " << threads;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, RowBits,
    ::testing::Values(Shape{1024, 3072, false}, Shape{1024, 1024, true}, Shape{4096, 1024, false},
                      Shape{768, 2304, false}, Shape{128, 384, true}, Shape{128, 128, true},
                      Shape{128, 512, true}, Shape{512, 128, true}, Shape{1, 1, true},
                      Shape{3, 5, true}, Shape{15, 45, true}, Shape{65, 67, true},
                      Shape{37, 1031, true}),
    [](const auto& param) {
      return std::to_string(param.param.in) + "x" + std::to_string(param.param.out);
    });

double activate(std::optional<Activation> activation, double x) {
  if (!activation) return x;
  switch (*activation) {
    case Activation::gelu_tanh:
      return 0.5 * x *
             (1 + std::tanh(std::sqrt(2 / 3.14159265358979) * (x + 0.044715 * x * x * x)));
    case Activation::gelu_erf:
      return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0)));
    case Activation::relu:
      return x > 0 ? x : 0;
    case Activation::silu:
      return x / (1 + std::exp(-x));
  }
  return NAN;
}

TEST(Matmul, AgreesWithPlainLoops) {
  for (const auto activation : std::initializer_list<std::optional<Activation>>{
           std::nullopt, Activation::gelu_tanh, Activation::gelu_erf, Activation::relu,
           Activation::silu}) {
    const Layer layer(19, 301, 3);
    const Rows in = random_rows(13, 19);
    const std::vector<float> out = product(layer, in, 13, 2, activation);
    std::vector<double> expected;
    for (std::size_t row = 0; row < 13; ++row) {
      for (std::size_t col = 0; col < 301; ++col) {
        double sum = static_cast<double>(layer.biases[col]);
        for (std::size_t k = 0; k < 19; ++k) {
          sum += static_cast<double>(in.row(row)[k]) *
                 static_cast<double>(layer.weights[k * 301 + col]);
        }
        expected.push_back(activate(activation, sum));
      }
    }
    EXPECT_LE(testing::relative_difference(out, expected), 1e-6);
  }
}

TEST(Matmul, OtherRowsMayHoldAnything) {
  // Rows past the used ones, and NaN in one row, must not reach the others.
  const Layer layer(33, 70, 0);
  Rows in = random_rows(24, 33);
  const std::vector<float> clean = product(layer, in, 24, 1);
  for (float& value : in.row(5)) value = NAN;
  for (float& value : in.row(23)) value = INFINITY;
  const std::vector<float> poisoned = product(layer, in, 20, 1);
  for (const std::size_t row : {0U, 4U, 6U, 19U}) {
    EXPECT_TRUE(same_bits(std::span(poisoned).subspan(row * 70, 70),
                          std::span(clean).subspan(row * 70, 70)));
  }
}

TEST(Matmul, AnUnknownActivationIsAnError) {
  const Layer layer(2, 4, 0);
  EXPECT_THROW(product(layer, Rows(1, 2), 1, 1, static_cast<Activation>(99)), Error);
}

TEST(Matmul, TheBackendNamesItsVersionAndTheVectorUnit) {
  EXPECT_EQ(matmul_backend().rfind("Highway ", 0), 0U) << matmul_backend();
  EXPECT_NE(matmul_backend().find(vector_unit()), std::string::npos) << matmul_backend();
}

TEST(Matmul, StoredHalvesAreConvertedExactly) {
  // The same numbers as F32 and as BF16 (whose upper halves they are) give the same bits.
  Layer layer(70, 129, 0);
  std::vector<std::uint16_t> halves;
  for (float& weight : layer.weights) {
    const auto bits = std::bit_cast<std::uint32_t>(weight) & 0xffff0000U;
    weight = std::bit_cast<float>(bits);
    halves.push_back(static_cast<std::uint16_t>(bits >> 16U));
  }
  std::memcpy(layer.bytes.data(), layer.weights.data(), layer.bytes.size());
  const Rows in = random_rows(13, 70);
  const std::vector<float> expected = product(layer, in, 13, 1);
  layer.linear.weight.data = reinterpret_cast<const std::byte*>(halves.data());
  layer.linear.weight.dtype = model::Dtype::bf16;
  EXPECT_TRUE(same_bits(product(layer, in, 13, 1), expected));
}

}  // namespace matmul_test
}  // namespace tacet::engine
