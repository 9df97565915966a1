#pragma once

#include <string>

#include "tacet/silence.h"

namespace tacet::cli {

/// How large the change is in the late block where it is largest, with intervals at 1 - alpha by
/// the jackknife over tokens: Cohen's d_z, Glass's delta and the change of the angle, as in
/// "L23/24: d_z -0.48 [-1.18, +0.22], Glass -0.01 [-0.03, +0.01], +0.17° [-0.08, +0.42]", which
/// fits a line. Empty where no late block changed.
std::string late_size_text(const SilenceResult& result);

/// How the perturbation grows, as a factor per block, with its interval where it has one.
std::string growth_text(const Ripple& ripple);

}  // namespace tacet::cli
