#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "cli/view.h"
#include "tacet/sweep.h"

namespace tacet::cli {

/// Which interventions a list holds.
enum class ListKind {
  connectors,
  separators,
  all,
};

/// The `count` strongest interventions of a kind by their late delta, one a line with their
/// numbers, under a header; with several prompts also in how many of them they are significant.
/// Specs that do not fit are cut. At most as wide as the view, which is 80 columns at least; empty
/// when there is none.
std::string render_list(const SweepSummary& summary, ListKind kind, std::size_t count,
                        const View& view);

}  // namespace tacet::cli
