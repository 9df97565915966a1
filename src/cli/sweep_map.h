#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cli/view.h"
#include "tacet/sweep.h"

namespace tacet::cli {

/// What a metric's numbers are, "mean Δ over the late blocks".
std::string_view metric_name(Metric metric);

/// The map of a sweep: one row per block, one column per head, each cell the metric of the head by
/// itself; joint interventions are left out. With colour the cells are filled, blue where silencing
/// makes tokens less alike, red where more, `•` where that is significant; without colour sign and
/// shade say the same. Beside each row stands how many of its heads are connectors and separators.
/// Blocks and heads that the sweep does not hold have no row and no column. A map with more columns
/// than fit is cut into several, one below the other. Fits the view's width from 40 columns on;
/// empty when there is nothing to draw. Where the map is one of several, `name` stands before its
/// title and `others` are the sweeps of the other maps, so that all have one scale.
std::string render_map(const SweepSummary& summary, Metric metric, const View& view,
                       const std::string& name = {}, std::span<const SweepSummary> others = {});

}  // namespace tacet::cli
