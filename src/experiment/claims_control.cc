// What rotated pushes in the heads' places say of the claims about one block.
#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

#include "experiment/claims.h"
#include "experiment/control_effects.h"

namespace tacet::experiment {
namespace {

/// (1 + #{sets that fulfil the claim as well as the heads}) / (n + 1); nullopt where the heads have
/// no such number.
std::optional<double> p_of(const Decider& heads, std::span<const std::optional<double>> sets) {
  if (!heads.value) return std::nullopt;
  if (!heads.is_small) return control_p(*heads.value, sets);
  std::vector<std::optional<double>> negated(sets.size());
  std::ranges::transform(sets, negated.begin(), [](const std::optional<double>& value) {
    return value ? std::optional(-*value) : std::nullopt;
  });
  return control_p(-*heads.value, negated);
}

std::string p_text(const std::optional<double>& p) {
  return p ? fmt::format("{:.3g}", *p) : "-";
}

}  // namespace

void add_control_figures(Claim& claim, const StudyControls& controls,
                         std::span<const Decider> heads,
                         std::span<const std::vector<Decider>> sets) {
  claim.figures.emplace_back("control_n", controls.n);
  claim.figures.emplace_back("control_seed", static_cast<std::int64_t>(controls.seed));
  for (std::size_t k = 0; k < heads.size(); ++k) {
    std::vector<std::optional<double>> values;
    values.reserve(sets.size());
    for (const std::vector<Decider>& set : sets) values.push_back(set[k].value);
    const std::optional<double> p = p_of(heads[k], values);
    if (heads[k].name != "share") {
      // No quantiles between numbers: a ratio can be infinite.
      std::vector<double> there;
      for (const std::optional<double>& value : values) {
        if (value) there.push_back(*value);
      }
      claim.figures.emplace_back("control_" + heads[k].name,
                                 there.empty() ? FigureValue() : FigureValue(median(there)));
      claim.figures.emplace_back("control_p_" + heads[k].name, figure(p));
      continue;
    }
    const ControlSpread share = spread(values);
    claim.figures.emplace_back("control_share", figure(share.median));
    claim.figures.emplace_back("control_share_low", figure(share.low));
    claim.figures.emplace_back("control_share_high", figure(share.high));
    claim.figures.emplace_back("control_p", figure(p));
    claim.reading += fmt::format("; of rotated pushes {:.0f} %, p = {}",
                                 100 * share.median.value_or(0), p_text(p));
  }
}

}  // namespace tacet::experiment
