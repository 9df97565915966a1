#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

#include "tacet/silence.h"

namespace tacet::experiment {

/// Fills initial_mean, min_mean, min_layer and final_mean from the clean means of the rows.
void summarise(std::span<const double> row_means, TrajectorySummary& summary);

/// The ids of a prompt's tokens.
std::vector<std::int32_t> ids_of(const Prompt& prompt);

/// Seconds of wall time since `start`.
double seconds_since(std::chrono::steady_clock::time_point start);

}  // namespace tacet::experiment
