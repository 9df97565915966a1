#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "tacet/silence.h"

namespace tacet {
namespace {

std::string block_name(int layer) {
  return fmt::format("block {} (hidden_states[{}])", layer, layer + 1);
}

/// "Silencing L3H5", "Scaling L3H5 by 0.5", "Replacing L3H5 by its mean over the positions".
std::string change_of(const Intervention& intervention) {
  const SliceMode& mode = intervention.mode;
  const std::string spec = spec_of(intervention);
  switch (mode.kind) {
    case SliceKind::negate:
      return fmt::format("Negating {}", spec);
    case SliceKind::mean:
      return fmt::format("Replacing {} by {} mean over the positions", spec,
                         intervention.heads.size() > 1 ? "their" : "its");
    case SliceKind::values:
      return fmt::format("Replacing {} ({})", spec, to_string(mode));
    case SliceKind::scale:
      break;
  }
  if (mode.scale == 0.0F) return fmt::format("Silencing {}", spec);
  return fmt::format("Scaling {} by {}", spec, mode.scale);
}

/// What was done, with the positions where they are not all.
std::string deed(const Intervention& intervention) {
  std::string text = change_of(intervention);
  if (!intervention.positions.empty()) {
    text += fmt::format(" at position{} {}", intervention.positions.size() > 1 ? "s" : "",
                        fmt::join(intervention.positions, ", "));
  }
  return text;
}

std::string immediate(const LayerEffect& cut) {
  switch (cut.effect) {
    case Effect::coupling:
      return fmt::format("makes tokens more alike at its own {} already", block_name(cut.layer));
    case Effect::decoupling:
      return fmt::format("makes tokens less alike at its own {} already", block_name(cut.layer));
    case Effect::none:
      return fmt::format("changes nothing significant at its own {}", block_name(cut.layer));
    case Effect::unchanged:
      break;
  }
  return fmt::format("leaves every pair as it was at its own {}", block_name(cut.layer));
}

std::string late(const SilenceResult& result) {
  const Ripple& ripple = result.ripple;
  int late_significant = 0;
  for (const int layer : ripple.late_layers) {
    late_significant += result.layers[static_cast<std::size_t>(layer)].significant ? 1 : 0;
  }
  const std::string range = ripple.late_layers.size() == 1
                                ? "the last block"
                                : fmt::format("the last {} blocks", ripple.late_layers.size());
  if (late_significant == 0) {
    return fmt::format("In {} nothing is significant (mean Δ {:+.2e}).", range, ripple.late_delta);
  }
  const bool couples = ripple.late_delta > 0;
  const bool several = result.intervention.heads.size() > 1;
  const std::string role = couples ? "separator" : "connector";
  return fmt::format(
      "In {} the tokens stand {} alike (mean Δ {:+.2e}, {} of {} significant): the {} {}, {}.",
      range, couples ? "more" : "less", ripple.late_delta, late_significant,
      ripple.late_layers.size(), several ? "heads" : "head",
      couples ? "kept tokens apart" : "drew tokens together", several ? role + "s" : "a " + role);
}

}  // namespace

std::string describe(const SilenceResult& result) {
  const Intervention& intervention = result.intervention;
  const bool unchanged = std::ranges::all_of(
      result.layers, [](const LayerEffect& row) { return row.effect == Effect::unchanged; });
  if (unchanged) {
    return fmt::format(
        "{} changed nothing: {} values of the c_proj input changed, and every Δ is "
        "exactly 0.",
        deed(intervention), result.values_changed);
  }
  const Ripple& ripple = result.ripple;
  const LayerEffect& cut = result.layers[static_cast<std::size_t>(ripple.cut_layer)];
  std::string text = fmt::format("{} {}", deed(intervention), immediate(cut));
  if (!ripple.onset) {
    text += " and nothing significant in any later one either.";
  } else if (*ripple.onset > ripple.cut_layer) {
    text += fmt::format("; the first significant change stands in {}.", block_name(*ripple.onset));
  } else {
    text += ".";
  }
  return text + " " + late(result);
}

std::string describe_standing(const SilenceResult& result) {
  int significant = 0;
  int standing = 0;
  bool is_beside = false;
  std::string limit;
  for (const LayerEffect& row : result.layers) {
    const auto swap = std::ranges::find(row.tests, Test::token_swap, &TestResult::name);
    if (swap == row.tests.end() || swap == row.tests.begin() || !swap->p) continue;
    is_beside = true;
    significant += row.significant ? 1 : 0;
    standing += row.significant && swap->significant ? 1 : 0;
    limit = swap->note;
  }
  if (!is_beside) return "";
  std::string text;
  if (significant == 0) {
    text = "Nothing here is significant by the study's test, so nothing has to stand up.";
  } else if (!limit.empty()) {
    text = fmt::format("Whether this stands up cannot be said by the token-swap test: {}.", limit);
  } else if (standing == significant) {
    text = fmt::format("It stands up: all {} significant block{} hold by the token-swap test too.",
                       significant, significant == 1 ? "" : "s");
  } else if (standing == 0) {
    text = fmt::format(
        "It does not stand up: of the {} significant block{} none holds by the token-swap test, "
        "which knows that pairs share tokens.",
        significant, significant == 1 ? "" : "s");
  } else {
    text = fmt::format(
        "It stands up in part: {} of the {} significant blocks hold by the token-swap test, which "
        "knows that pairs share tokens.",
        standing, significant);
  }
  return text;
}

}  // namespace tacet
