/// @file
/// One column of a page: a number of every row, as base64 text.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "report/base64.h"
#include "store/json_values.h"

namespace tacet::report {

/// What stands for a number that does not exist.
inline constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

inline float number(double value) {
  return static_cast<float>(value);
}

inline float number(const std::optional<double>& value) {
  return value ? number(*value) : kNone;
}

inline float number(const std::optional<int>& value) {
  return value ? static_cast<float>(*value) : kNone;
}

/// Base 10: p itself would be 0 in float32 from 1e-45 on. Of p = 0 it is minus infinity.
inline float log10_of(const std::optional<double>& p) {
  return p ? number(std::log10(*p)) : kNone;
}

/// A column of float32: `value` of every row.
template <typename Rows, typename Value>
store::Json floats(const Rows& rows, const Value& value) {
  std::vector<float> column;
  column.reserve(rows.size());
  for (const auto& row : rows) column.push_back(value(row));
  return base64_floats(column);
}

/// A column of bytes.
template <typename Rows, typename Value>
store::Json bytes(const Rows& rows, const Value& value) {
  std::vector<std::uint8_t> column;
  column.reserve(rows.size());
  for (const auto& row : rows) column.push_back(value(row));
  return base64_bytes(column);
}

}  // namespace tacet::report
