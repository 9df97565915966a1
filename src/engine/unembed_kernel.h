#pragma once

#include <cstddef>

namespace tacet::engine {

/// Logits of some tokens after some rows: out[r * out_stride + t] is the product of row r of `rows`
/// [n_rows, d_model] and row t of `tokens` [n_tokens, d_model], rounded to float32.
///
/// Every one is bit for bit the `support::dot_f64` of the two: float32 values are multiplied and
/// summed in double, in the same order. On the calling thread alone.
void multiply_tokens(const double* rows, std::size_t n_rows, const float* tokens,
                     std::size_t n_tokens, std::size_t d_model, float* out, std::size_t out_stride);

}  // namespace tacet::engine
