#pragma once

namespace tacet::stats {

/// The standard normal distribution: P(Z <= z).
double normal_cdf(double z);

/// The z with P(Z <= z) = p, for p in (0, 1).
double normal_quantile(double p);

/// log10 of 2 P(Z >= |z|), also where the probability itself is below the smallest double.
double log10_two_sided_normal(long double z);

}  // namespace tacet::stats
