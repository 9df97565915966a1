#include "experiment/ripple.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>

#include "tacet/effect_sizes.h"

namespace tacet::experiment {
namespace {

/// Slope of log(value) over the blocks from the cut to the last; null when a value is 0 or they are
/// too few.
std::optional<double> growth(int cut_layer, std::span<const double> values) {
  std::vector<double> layers;
  std::vector<double> logs;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!(values[i] > 0)) return std::nullopt;
    layers.push_back(cut_layer + static_cast<int>(i));
    logs.push_back(std::log(values[i]));
  }
  return least_squares_slope(layers, logs);
}

/// The medians of the rows without one token.
std::vector<double> medians_without(std::span<const std::vector<double>> rows, std::size_t token) {
  std::vector<double> medians;
  for (std::vector<double> row : rows) {
    row.erase(row.begin() + static_cast<std::ptrdiff_t>(token));
    medians.push_back(median(row));
  }
  return medians;
}

}  // namespace

Effect effect_of(const LayerEffect& row) {
  if (row.effect == Effect::unchanged) return Effect::unchanged;
  if (!row.significant) return Effect::none;
  return row.mean_delta < 0 ? Effect::decoupling : Effect::coupling;
}

std::int64_t family_size(Family family, int n_layer, int n_head, int cut_layer) {
  switch (family) {
    case Family::blocks:
      return n_layer;
    case Family::reachable:
      return n_layer - cut_layer;
    // A head of block l reaches n_layer - l blocks.
    case Family::sweep:
      return std::int64_t{n_head} * n_layer * (n_layer + 1) / 2;
  }
  return n_layer;
}

void judge(std::span<LayerEffect> rows, const TestSummary& test, int cut_layer,
           std::span<const std::optional<double>> max_t) {
  // Below the cut nothing was tested; there only the family of all blocks counts those rows.
  const std::size_t first = test.family == Family::blocks ? 0 : static_cast<std::size_t>(cut_layer);
  const std::span<LayerEffect> tested = rows.subspan(first);
  const bool is_family_wise =
      test.correction == Correction::bonferroni || test.correction == Correction::holm;
  const auto adjusted = [&](Test name, std::span<const std::optional<double>> p) {
    if (!max_t.empty() && name == Test::token_swap && is_family_wise &&
        test.family != Family::sweep) {
      const auto own = max_t.subspan(first);
      return std::vector<std::optional<double>>(own.begin(), own.end());
    }
    return adjust_p_values(p, test.correction, static_cast<std::size_t>(test.family_size));
  };
  std::vector<std::optional<double>> p;
  for (const LayerEffect& row : tested) p.push_back(row.p);
  const auto own = adjusted(test.name, p);
  for (std::size_t i = 0; i < tested.size(); ++i) {
    LayerEffect& row = tested[i];
    row.p_adjusted = own[i];
    row.significant = own[i].has_value() && *own[i] < test.alpha;
    row.effect = effect_of(row);
  }
  const std::size_t n_tests = tested.empty() ? 0 : tested.front().tests.size();
  for (std::size_t k = 0; k < n_tests; ++k) {
    for (std::size_t i = 0; i < tested.size(); ++i) p[i] = tested[i].tests[k].p;
    const auto of_test = adjusted(tested.front().tests[k].name, p);
    for (std::size_t i = 0; i < tested.size(); ++i) {
      TestResult& result = tested[i].tests[k];
      result.p_adjusted = of_test[i];
      result.significant = of_test[i].has_value() && *of_test[i] < test.alpha;
    }
  }
}

void judge_alone(LayerEffect& row, double alpha) {
  row.significant = row.p.has_value() && *row.p < alpha;
  row.effect = effect_of(row);
  for (TestResult& result : row.tests) {
    result.significant = result.p.has_value() && *result.p < alpha;
  }
}

std::vector<int> late_layers(int n_layer) {
  const int count = (n_layer + 4) / 5;
  std::vector<int> layers;
  for (int layer = n_layer - count; layer < n_layer; ++layer) layers.push_back(layer);
  return layers;
}

Role role_of(std::span<const LayerEffect> rows, const Ripple& ripple) {
  const bool is_significant = std::ranges::any_of(ripple.late_layers, [&](int layer) {
    return layer >= ripple.cut_layer && rows[static_cast<std::size_t>(layer)].significant;
  });
  if (!is_significant || ripple.late_delta == 0) return Role::none;
  return ripple.late_delta < 0 ? Role::connector : Role::separator;
}

Ripple make_ripple(std::span<const LayerEffect> rows, int cut_layer) {
  const auto from_cut = rows.subspan(static_cast<std::size_t>(cut_layer));
  Ripple ripple;
  ripple.cut_layer = cut_layer;
  ripple.immediate_delta = from_cut.front().mean_delta;
  ripple.late_layers = late_layers(static_cast<int>(rows.size()));

  std::vector<double> late;
  for (const int layer : ripple.late_layers) {
    if (layer >= cut_layer) late.push_back(rows[static_cast<std::size_t>(layer)].mean_delta);
  }
  ripple.late_delta = mean(late);

  const auto onset = std::ranges::find_if(from_cut, &LayerEffect::significant);
  if (onset != from_cut.end()) {
    ripple.onset = onset->layer;
    const bool onset_couples = onset->mean_delta > 0;
    bool last_couples = onset_couples;
    int same_sign = 0;
    for (auto row = onset; row != from_cut.end(); ++row) {
      if (!row->significant) continue;
      const bool couples = row->mean_delta > 0;
      if (couples == onset_couples) ++same_sign;
      if (couples != last_couples) ++ripple.sign_changes;
      last_couples = couples;
    }
    ripple.persistence =
        static_cast<double>(same_sign) / static_cast<double>(from_cut.end() - onset);
  }
  std::vector<double> relative;
  std::vector<double> absolute;
  for (const LayerEffect& row : from_cut) {
    relative.push_back(row.perturbation);
    absolute.push_back(row.perturbation_absolute);
  }
  ripple.growth = growth(cut_layer, relative);
  ripple.growth_absolute = growth(cut_layer, absolute);
  return ripple;
}

void add_growth_interval(Ripple& ripple, std::span<const std::vector<double>> relative,
                         double alpha) {
  if (!ripple.growth) return;
  const auto from_cut = relative.subspan(static_cast<std::size_t>(ripple.cut_layer));
  const std::size_t n_tokens = from_cut.front().size();
  std::vector<double> without;
  for (std::size_t token = 0; n_tokens >= 3 && token < n_tokens; ++token) {
    const auto slope = growth(ripple.cut_layer, medians_without(from_cut, token));
    if (!slope) return;
    without.push_back(*slope);
  }
  const Estimate estimate = jackknife_estimate(*ripple.growth, without, alpha);
  ripple.growth_low = estimate.low;
  ripple.growth_high = estimate.high;
}

}  // namespace tacet::experiment

namespace tacet {

std::optional<bool> is_near_noise(const LayerEffect& row) {
  constexpr double kFarAbove = 10;
  if (!row.noise_floor) return std::nullopt;
  return row.significant && std::abs(row.mean_delta) < kFarAbove * *row.noise_floor;
}

}  // namespace tacet
