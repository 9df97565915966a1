#include "store/replacement_json.h"

#include <memory>
#include <string>
#include <utility>

namespace tacet::store {
namespace {

Json spread_json(const DrawSpread& spread, const std::string& name) {
  return ObjectBuilder(name)
      .number("mean", spread.mean)
      .number("sd", spread.sd)
      .number("min", spread.min)
      .number("max", spread.max)
      .take();
}

Json followed_row_json(const FollowedRow& row) {
  return ObjectBuilder("followed")
      .value("layer", row.layer)
      .number("clean", row.clean)
      .number("silenced", row.silenced)
      .number("delta", row.delta)
      .number("direct_delta", row.direct_delta)
      .take();
}

}  // namespace

Json reference_json(const std::optional<SliceReference>& reference) {
  if (!reference) return nullptr;
  return ObjectBuilder("reference")
      .text("file", reference->file)
      .text("fingerprint", reference->fingerprint)
      .value("n_prompts", reference->n_prompts)
      .value("seed", reference->seed ? Json(*reference->seed) : Json(nullptr))
      .take();
}

ObjectBuilder begin_intervention(const Intervention& intervention, std::int64_t values_changed,
                                 std::string name) {
  Json heads = Json::array();
  for (const Head head : intervention.heads) heads.push_back(to_string(head));
  ObjectBuilder builder(std::move(name));
  builder.text("spec", spec_of(intervention))
      .value("heads", std::move(heads))
      .value("positions",
             intervention.positions.empty() ? Json("all") : Json(intervention.positions))
      .text("mode", to_string(intervention.mode))
      .value("values_changed", values_changed);
  const std::shared_ptr<const SliceValues>& values = intervention.mode.values;
  if (values && values->reference())
    builder.value("reference", reference_json(values->reference()));
  return builder;
}

Json draws_json(const ReplacementDraws& draws) {
  Json list = Json::array();
  for (const ReferenceDraw& draw : draws.draws) {
    list.push_back(ObjectBuilder("reference_draws.draws")
                       .value("prompt", draw.prompt)
                       .number("immediate_delta", draw.immediate_delta)
                       .number("late_delta", draw.late_delta)
                       .take());
  }
  Json layers = Json::array();
  for (const DrawSpread& row : draws.layers) {
    layers.push_back(spread_json(row, "reference_draws.layers"));
    layers.back()["layer"] = layers.size() - 1;
  }
  return ObjectBuilder()
      .value("draws", std::move(list))
      .value("late_delta", spread_json(draws.late, "reference_draws.late_delta"))
      .value("layers", std::move(layers))
      .take();
}

Json followed_json(const std::vector<FollowedPair>& followed) {
  Json list = Json::array();
  for (const FollowedPair& one : followed) {
    Json layers = Json::array();
    for (const FollowedRow& row : one.layers) layers.push_back(followed_row_json(row));
    list.push_back(ObjectBuilder("followed")
                       .text("pair", one.pair.name)
                       .value("positions", {one.pair.first, one.pair.second})
                       .value("layers", std::move(layers))
                       .value("final_norm",
                              one.final_norm ? followed_row_json(*one.final_norm) : Json(nullptr))
                       .take());
  }
  return list;
}

}  // namespace tacet::store
