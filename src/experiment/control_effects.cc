#include "experiment/control_effects.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "tacet/stats.h"

namespace tacet {

double control_p(double observed, std::span<const std::optional<double>> controls) {
  const auto reached = std::ranges::count_if(
      controls, [observed](const std::optional<double>& c) { return !c || *c >= observed; });
  return static_cast<double>(1 + reached) / static_cast<double>(controls.size() + 1);
}

}  // namespace tacet

namespace tacet::experiment {
namespace {

constexpr double kLowQuantile = 0.025;
constexpr double kHighQuantile = 0.975;

/// One number of every control.
template <typename Value>
std::vector<std::optional<double>> numbers(std::span<const PushEffect> controls,
                                           const Value& value) {
  std::vector<std::optional<double>> all;
  all.reserve(controls.size());
  for (const PushEffect& control : controls) all.push_back(value(control));
  return all;
}

}  // namespace

PushEffect effect_of(const SilenceResult& result) {
  PushEffect effect{.immediate_delta = result.ripple.immediate_delta,
                    .late_delta = result.ripple.late_delta,
                    .growth = result.ripple.growth,
                    .direct = {},
                    .ripple = {}};
  const auto cut = static_cast<std::size_t>(result.ripple.cut_layer);
  for (const LayerEffect& row : std::span(result.layers).subspan(cut)) {
    effect.direct.push_back(row.direct_mean_delta);
    effect.ripple.push_back(row.mean_delta - row.direct_mean_delta);
  }
  return effect;
}

ControlSpread spread(std::span<const std::optional<double>> values) {
  std::vector<double> there;
  for (const std::optional<double>& value : values) {
    if (value) there.push_back(*value);
  }
  ControlSpread result{.n = static_cast<std::int64_t>(there.size()),
                       .mean = std::nullopt,
                       .low = std::nullopt,
                       .median = std::nullopt,
                       .high = std::nullopt};
  if (there.empty()) return result;
  result.mean = mean(there);
  result.low = quantile(there, kLowQuantile);
  result.median = median(there);
  result.high = quantile(there, kHighQuantile);
  return result;
}

void sum_up(ControlResult& result, int cut_layer, std::span<const PushEffect> controls) {
  const auto late = numbers(controls, [](const PushEffect& c) { return std::abs(c.late_delta); });
  const auto growth = numbers(controls, [](const PushEffect& c) { return c.growth; });
  result.immediate_delta =
      spread(numbers(controls, [](const PushEffect& c) { return c.immediate_delta; }));
  result.late_delta = spread(numbers(controls, [](const PushEffect& c) { return c.late_delta; }));
  result.growth = spread(growth);
  result.p_late_delta = control_p(std::abs(result.head.late_delta), late);
  if (result.head.growth) result.p_growth = control_p(*result.head.growth, growth);
  for (std::size_t i = 0; i < result.head.direct.size(); ++i) {
    result.layers.push_back(
        {.layer = cut_layer + static_cast<int>(i),
         .direct = result.head.direct[i],
         .ripple = result.head.ripple[i],
         .control_direct =
             spread(numbers(controls, [i](const PushEffect& c) { return c.direct[i]; })),
         .control_ripple =
             spread(numbers(controls, [i](const PushEffect& c) { return c.ripple[i]; }))});
  }
}

}  // namespace tacet::experiment
