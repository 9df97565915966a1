#include "cli/control_table.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "cli/bars.h"
#include "cli/width.h"

namespace tacet::cli {
namespace {

/// A slope of a logarithm as a factor per block.
std::string factor(double slope) {
  return fmt::format("x{:.3f}", std::exp(slope));
}

std::string late_text(const ControlResult& control) {
  const ControlSpread& late = control.late_delta;
  return fmt::format("late Δ 95 % in {} … {}, this one {}, p = {}",
                     format_delta(late.low.value_or(0)), format_delta(late.high.value_or(0)),
                     format_delta(control.head.late_delta), format_p(control.p_late_delta));
}

std::string control_growth_text(const ControlResult& control) {
  const ControlSpread& growth = control.growth;
  if (!control.p_growth || growth.n == 0) return "growth unknown";
  return fmt::format("growth 95 % in {} … {} per block, this one {}, p = {}",
                     factor(growth.low.value_or(0)), factor(growth.high.value_or(0)),
                     factor(control.head.growth.value_or(0)), format_p(control.p_growth));
}

std::string others_text(const ControlResult& control) {
  std::vector<double> late;
  std::vector<double> growth;
  for (const OtherHead& other : control.other_heads) {
    late.push_back(other.effect.late_delta);
    if (other.effect.growth) growth.push_back(*other.effect.growth);
  }
  const auto reach_late = std::ranges::count_if(late, [&control](double delta) {
    return std::abs(delta) >= std::abs(control.head.late_delta);
  });
  std::string text = fmt::format(
      "the block's {} other{}, scaled to the same size: late Δ {} … {}, "
      "{} as far from 0",
      late.size(), late.size() == 1 ? " head" : " heads", format_delta(std::ranges::min(late)),
      format_delta(std::ranges::max(late)), reach_late);
  if (control.head.growth && !growth.empty()) {
    const auto reach_growth = std::ranges::count_if(
        growth, [&control](double slope) { return slope >= *control.head.growth; });
    text += fmt::format("; growth {} … {}, {} as large", factor(std::ranges::min(growth)),
                        factor(std::ranges::max(growth)), reach_growth);
  }
  return text;
}

std::string interval(const ControlSpread& spread) {
  return fmt::format("{} … {}", format_delta(spread.low.value_or(0)),
                     format_delta(spread.high.value_or(0)));
}

/// One line per block: the direct part and the rest, of this silencing and of its controls.
std::string details(const ControlResult& control, const View& view) {
  const auto line = [](const std::string& block, const std::string& direct,
                       const std::string& direct_spread, const std::string& ripple,
                       const std::string& ripple_spread) {
    return "  " + pad_right(block, 6) + pad_left(direct, 10) + pad_left(direct_spread, 24) +
           pad_left(ripple, 12) + pad_left(ripple_spread, 24) + "\n";
  };
  std::string out = "\n" + view.style.paint(Ink::title, line("block", "direct Δ", "controls, 95 %",
                                                             "ripple Δ", "controls, 95 %"));
  for (const ControlLayer& layer : control.layers) {
    out += line(fmt::format("L{}", layer.layer), format_delta(layer.direct),
                interval(layer.control_direct), format_delta(layer.ripple),
                interval(layer.control_ripple));
  }
  return out;
}

}  // namespace

std::string render_control(const ControlResult& control, const View& view) {
  if (!control.note.empty()) return field("control", "none: " + control.note, view);
  std::string out =
      field("control",
            fmt::format("{} rotated pushes of the same size (seed {}): {}; {}", control.n,
                        control.seed, late_text(control), control_growth_text(control)),
            view);
  if (!control.other_heads.empty()) out += field("others", others_text(control), view);
  if (view.verbose) out += details(control, view);
  return out;
}

}  // namespace tacet::cli
