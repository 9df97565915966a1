// The max-T test across prompts by flipping signs.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <fmt/format.h>

#include "stats/draws.h"
#include "stats/random.h"
#include "stats/spread.h"
#include "tacet/error.h"
#include "tacet/prompt_tests.h"

namespace tacet {
namespace {

/// The cells' units divided by sqrt(sum of squares), which no flip changes: |sum| of a pattern then
/// orders like |t| = sqrt((n - 1) sum^2 / (n - sum^2)). Cells without a change are left out.
struct Scaled {
  std::vector<std::size_t> cells;   // their numbers among all cells
  std::vector<double> units;        // [n units][cells]
  std::vector<double> reached;      // |sum| of the observed pattern less the slack, [cells]
  std::vector<std::int64_t> n_own;  // patterns that reach it, [cells]
  std::vector<double> maxima;       // the largest |sum| of every pattern
  std::size_t n_units = 0;
};

Scaled scale(std::span<const std::vector<double>> cells) {
  Scaled scaled;
  scaled.n_units = cells.front().size();
  for (std::size_t c = 0; c < cells.size(); ++c) {
    if (std::ranges::any_of(cells[c], [](double v) { return v != 0; })) scaled.cells.push_back(c);
  }
  const std::size_t n_cells = scaled.cells.size();
  scaled.units.resize(n_cells * scaled.n_units);
  scaled.n_own.assign(n_cells, 0);
  for (std::size_t c = 0; c < n_cells; ++c) {
    const std::vector<double>& values = cells[scaled.cells[c]];
    long double squares = 0;
    for (const double value : values) squares += static_cast<long double>(value) * value;
    const long double length = std::sqrt(squares);
    double sum = 0;
    for (std::size_t k = 0; k < scaled.n_units; ++k) {
      const auto unit = static_cast<double>(values[k] / length);
      scaled.units[k * n_cells + c] = unit;
      sum += unit;
    }
    // Unit vectors: their sums are of order 1, whatever the scale of the data.
    scaled.reached.push_back(std::abs(sum) - stats::kTieSlack);
  }
  return scaled;
}

void count(Scaled& scaled, std::span<const double> sums) {
  double largest = 0;
  for (std::size_t c = 0; c < sums.size(); ++c) {
    const double sum = std::abs(sums[c]);
    scaled.n_own[c] += sum >= scaled.reached[c];
    largest = std::max(largest, sum);
  }
  scaled.maxima.push_back(largest);
}

/// All patterns up to a common sign: unit 0 keeps its own. Depth first, so that every sum is added
/// up in the order of the units and half of the work is shared.
void enumerate(Scaled& scaled, std::vector<std::vector<double>>& sums, std::size_t unit) {
  if (unit == scaled.n_units) {
    count(scaled, sums[unit]);
    return;
  }
  const std::size_t n_cells = scaled.cells.size();
  for (const double sign : {1.0, -1.0}) {
    if (unit == 0 && sign < 0) continue;
    for (std::size_t c = 0; c < n_cells; ++c) {
      sums[unit + 1][c] = sums[unit][c] + sign * scaled.units[unit * n_cells + c];
    }
    enumerate(scaled, sums, unit + 1);
  }
}

void sample(Scaled& scaled, const ResamplingOptions& options) {
  constexpr std::size_t kBits = 64;
  const std::size_t n_cells = scaled.cells.size();
  stats::Random random(options.seed);
  std::vector<double> sums(n_cells);
  for (std::int64_t draw = 0; draw < options.draws; ++draw) {
    std::ranges::fill(sums, 0.0);
    std::uint64_t bits = 0;
    for (std::size_t unit = 0; unit < scaled.n_units; ++unit) {
      if (unit % kBits == 0) bits = random.next();
      const double sign = ((bits >> (unit % kBits)) & 1U) != 0 ? -1.0 : 1.0;
      const double* const row = scaled.units.data() + unit * n_cells;
      for (std::size_t c = 0; c < n_cells; ++c) sums[c] += sign * row[c];
    }
    count(scaled, sums);
  }
}

void check(std::span<const std::vector<double>> cells) {
  for (const std::vector<double>& cell : cells) {
    if (cell.size() != cells.front().size()) {
      throw UsageError("the max-T test got cells of different numbers of prompts");
    }
  }
  if (cells.front().size() < 2) {
    throw UsageError("the max-T test needs at least 2 prompts or groups of prompts");
  }
}

std::optional<double> t_of(const std::vector<double>& values) {
  const auto n = static_cast<long double>(values.size());
  const double centre = stats::all_equal(values) ? values.front() : mean(values);
  const long double se = std::sqrt(stats::squared_deviations(values) / (n - 1) / n);
  if (se > 0) return static_cast<double>(centre / se);
  return std::copysign(std::numeric_limits<double>::infinity(), centre);
}

}  // namespace

SignFlipResult sign_flip_max_t(std::span<const std::vector<double>> cells,
                               const ResamplingOptions& options) {
  SignFlipResult result;
  result.cells.resize(cells.size());
  if (cells.empty()) return result;
  check(cells);
  Scaled scaled = scale(cells);
  result.enumerated = scaled.n_units <= static_cast<std::size_t>(std::bit_width(kMostSignPatterns));
  if (result.enumerated) {
    std::vector<std::vector<double>> sums(scaled.n_units + 1,
                                          std::vector<double>(scaled.cells.size(), 0.0));
    enumerate(scaled, sums, 0);
  } else {
    if (options.draws < stats::kFewestDraws) {
      throw UsageError(fmt::format("{} draws are too few for a p-value; use at least {}",
                                   options.draws, stats::kFewestDraws));
    }
    sample(scaled, options);
  }
  std::ranges::sort(scaled.maxima);
  result.n_patterns = static_cast<std::int64_t>(scaled.maxima.size());
  const auto share = [&](std::int64_t n) {
    const auto total = static_cast<double>(result.n_patterns);
    return result.enumerated ? static_cast<double>(n) / total
                             : static_cast<double>(1 + n) / (total + 1);
  };
  result.smallest_p = share(result.enumerated ? 1 : 0);
  for (std::size_t c = 0; c < scaled.cells.size(); ++c) {
    SignFlipCell& cell = result.cells[scaled.cells[c]];
    cell.t = t_of(cells[scaled.cells[c]]);
    cell.p = share(scaled.n_own[c]);
    const auto first = std::ranges::lower_bound(scaled.maxima, scaled.reached[c]);
    cell.p_max_t = share(scaled.maxima.end() - first);
  }
  return result;
}

}  // namespace tacet
