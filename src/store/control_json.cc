#include "store/control_json.h"

#include <string>
#include <utility>

#include <fmt/format.h>

namespace tacet::store {
namespace {

Json spread_json(const ControlSpread& spread, const std::string& name) {
  return ObjectBuilder(name)
      .value("n", spread.n)
      .number("mean", spread.mean)
      .number("q025", spread.low)
      .number("median", spread.median)
      .number("q975", spread.high)
      .take();
}

Json control_layer_json(const ControlLayer& layer, const std::string& name) {
  return ObjectBuilder(name)
      .value("layer", layer.layer)
      .number("direct", layer.direct)
      .number("ripple", layer.ripple)
      .value("control_direct", spread_json(layer.control_direct, name + ".control_direct"))
      .value("control_ripple", spread_json(layer.control_ripple, name + ".control_ripple"))
      .take();
}

Json other_head_json(const OtherHead& other, const std::string& name) {
  return ObjectBuilder(name)
      .text("head", to_string(other.head))
      .number("scale", other.scale)
      .number("immediate_delta", other.effect.immediate_delta)
      .number("late_delta", other.effect.late_delta)
      .number("growth", other.effect.growth)
      .value("direct", other.effect.direct)
      .value("ripple", other.effect.ripple)
      .take();
}

}  // namespace

Json control_json(const ControlResult& result) {
  Json layers = Json::array();
  for (const ControlLayer& layer : result.layers) {
    layers.push_back(control_layer_json(layer, fmt::format("control.layers[{}]", layers.size())));
  }
  Json others = Json::array();
  for (const OtherHead& other : result.other_heads) {
    others.push_back(other_head_json(other, fmt::format("control.other_heads[{}]", others.size())));
  }
  ObjectBuilder builder("control");
  builder.text("kind", "rotated").value("n", result.n).value("seed", result.seed);
  if (result.note.empty()) {
    builder.value("note", nullptr);
  } else {
    builder.text("note", result.note);
  }
  return builder.number("push_norm", result.push_norm)
      .number("p_late_delta", result.p_late_delta)
      .number("p_growth", result.p_growth)
      .value("immediate_delta", spread_json(result.immediate_delta, "control.immediate_delta"))
      .value("late_delta", spread_json(result.late_delta, "control.late_delta"))
      .value("growth", spread_json(result.growth, "control.growth"))
      .value("layers", std::move(layers))
      .value("other_heads", std::move(others))
      .take();
}

}  // namespace tacet::store
