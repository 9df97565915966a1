#pragma once

#include <cstddef>

namespace tacet::support {

/// Dot products accumulated in double, in interleaved partial sums that are added in a fixed order:
/// the bits depend on the values and n alone, and the compiler may use vectors without reordering
/// anything.
double dot_f64(const float* a, const float* b, std::size_t n);
double dot_f64(const double* a, const double* b, std::size_t n);
/// Sum of (a[i] - b[i])^2.
double squared_distance(const double* a, const double* b, std::size_t n);

}  // namespace tacet::support
