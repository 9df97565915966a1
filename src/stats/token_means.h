#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "tacet/pair_tests.h"

namespace tacet::stats {

/// Throws UsageError unless the changes are well-formed and alpha lies in (0, 1).
void check_changes(const PairChanges& changes, double alpha);

/// The weighted mean of the pairs' changes and the means without each unit.
struct JackknifeMeans {
  double mean = 0;
  std::vector<double> without;  ///< [n units]
};

/// Standard error of the mean by the jackknife: sqrt((n-1)/n sum (theta_-i - mean of theta_-i)^2).
double jackknife_error(std::span<const double> without);

/// The mean change and the mean without each token in turn; nullopt when some token's absence
/// leaves no pair.
std::optional<JackknifeMeans> leave_tokens_out(const PairChanges& changes);

/// A t-test of `mean` with the given standard error, as a TestResult. An error of 0 makes t
/// infinite, p 0 and the interval a point; with a mean of 0 as well there are no numbers, but a
/// note.
TestResult t_result(Test name, double mean, long double standard_error, double df, double alpha);

/// Whether every change is exactly 0.
bool is_unchanged(std::span<const double> delta);

}  // namespace tacet::stats
