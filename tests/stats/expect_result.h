/// @file
/// What the tests of tacet/pair_tests.h expect of a TestResult as a whole.
#pragma once

#include <optional>

#include "tacet/pair_tests.h"

namespace tacet::testing {

inline constexpr double kAlpha = 0.05;
/// Relative, of the same numbers added up in another order.
inline constexpr double kReordered = 1e-12;

void expect_no_numbers(const TestResult& result);

/// No NaN, and a p in 0 to 1 if any.
void expect_no_nan(const TestResult& result);

/// Numbers, or a reason why there are none; no NaN.
void expect_answer(const TestResult& result);

/// Both there, and as near as `tolerance` relative to `other`.
void expect_near(const std::optional<double>& value, const std::optional<double>& other,
                 double tolerance = kReordered);

/// Statistic, error, p and interval as near as other orders of adding up leave them.
void expect_same_numbers(const TestResult& one, const TestResult& other);

}  // namespace tacet::testing
