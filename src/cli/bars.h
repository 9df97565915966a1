#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>

namespace tacet::cli {

/// A bar of `value` in [0, 1] over `cells` columns, in eighths of a column, filled up with spaces.
/// Values outside are clipped; the magnitude of a negative value is drawn hatched.
std::string unit_bar(double value, std::size_t cells);

/// A bar of `value` in [-scale, scale] to both sides of an axis: `cells` columns, the axis, `cells`
/// columns, in halves of a column. A value that is not 0 shows at least half a column when
/// `visible`. A scale of 0 draws the axis alone.
std::string signed_bar(double value, double scale, std::size_t cells, bool visible);

/// A mean similarity: four decimals.
std::string format_mean(double value);
/// A difference, signed: five decimals, or scientific when these would hide it. 0 is "0".
std::string format_delta(double value);
/// A t statistic; "-" when there is none.
std::string format_t(std::optional<double> value);
/// A p-value; "-" when there is none.
std::string format_p(std::optional<double> value);
/// A length or distance, at least 0: three or four digits, at most seven columns.
std::string format_length(double value);
/// A number in the shortest of fixed or scientific form with `digits` significant digits; "-" when
/// there is none.
std::string format_number(std::optional<double> value, int digits);

/// "1 head", "3 heads".
template <std::integral Count>
std::string plural(Count count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace tacet::cli
