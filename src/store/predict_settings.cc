#include "store/predict_settings.h"

#include <memory>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "store/json_values.h"
#include "store/replacement_json.h"
#include "tacet/error.h"

namespace tacet::store {
namespace {

std::optional<SliceReference> reference_of(const SliceMode& mode) {
  return mode.values ? mode.values->reference() : std::nullopt;
}

/// Whether two interventions differ in their heads at most, as far as results tell.
bool share_an_entry(const Intervention& a, const Intervention& b) {
  return a.positions == b.positions && to_string(a.mode) == to_string(b.mode) &&
         reference_of(a.mode) == reference_of(b.mode);
}

bool are_all_heads(std::span<const Intervention> interventions, const ModelSummary& model) {
  const std::vector<Intervention> all = parse_heads("all", model.n_layer, model.n_head);
  if (interventions.size() != all.size()) return false;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (interventions[i].heads != all[i].heads) return false;
  }
  return true;
}

Json entry_json(std::span<const Intervention> group, const ModelSummary& model) {
  Json heads = "all";
  if (!are_all_heads(group, model)) {
    heads = Json::array();
    for (const Intervention& one : group) heads.push_back(spec_of(one));
  }
  const Intervention& first = group.front();
  ObjectBuilder builder("interventions");
  builder.value("heads", std::move(heads))
      .value("positions", first.positions.empty() ? Json("all") : Json(first.positions))
      .text("mode", to_string(first.mode));
  const auto reference = reference_of(first.mode);
  if (reference) builder.value("reference", reference_json(reference));
  return builder.take();
}

SliceMode mode_from(const Json& entry) {
  SliceMode mode = parse_slice_mode(entry.at("mode").get<std::string>());
  if (!entry.contains("reference")) return mode;
  const Json& reference = entry.at("reference");
  const Json& seed = reference.at("seed");
  // A table that no model takes, so that it can say what the real one was made from.
  mode.values = std::make_shared<SliceValues>(
      mode.name, 1, SliceValues::kEveryPosition, 1, std::vector<float>{0.0F},
      SliceReference{
          .file = reference.at("file").get<std::string>(),
          .fingerprint = reference.at("fingerprint").get<std::string>(),
          .n_prompts = reference.at("n_prompts").get<int>(),
          .seed = seed.is_null() ? std::nullopt : std::optional(seed.get<std::uint64_t>())});
  return mode;
}

void add_entry(const Json& entry, const ModelSummary& model,
               std::vector<Intervention>& interventions) {
  const Json& heads = entry.at("heads");
  const Json& positions = entry.at("positions");
  const SliceMode mode = mode_from(entry);
  std::vector<Intervention> named;
  if (heads == "all") {
    named = parse_heads("all", model.n_layer, model.n_head);
  } else {
    for (const Json& spec : heads) {
      for (Intervention& one : parse_heads(spec.get<std::string>(), model.n_layer, model.n_head)) {
        named.push_back(std::move(one));
      }
    }
  }
  for (Intervention& one : named) {
    if (positions != "all") one.positions = positions.get<std::vector<int>>();
    one.mode = mode;
    interventions.push_back(std::move(one));
  }
}

std::string text_of(const PredictSettings& settings, const ModelSummary& model) {
  const std::span<const Intervention> all = settings.interventions;
  Json entries = Json::array();
  for (std::size_t begin = 0; begin < all.size();) {
    std::size_t end = begin + 1;
    while (end < all.size() && share_an_entry(all[begin], all[end])) ++end;
    entries.push_back(entry_json(all.subspan(begin, end - begin), model));
    begin = end;
  }
  return ObjectBuilder("settings")
      .value("interventions", std::move(entries))
      .value("position", settings.position)
      .value("targets", settings.targets)
      .value("contrast", settings.contrast ? Json(*settings.contrast) : Json(nullptr))
      .value("top", settings.top)
      .take()
      .dump();
}

}  // namespace

std::string predict_settings_text(const PredictResult& result, const ModelSummary& model) {
  PredictSettings settings;
  for (const SilencedPrediction& one : result.interventions) {
    settings.interventions.push_back(one.intervention);
  }
  settings.position = result.position;
  settings.targets = {result.clean.target.token.id};
  for (const TokenScore& other : result.clean.others) settings.targets.push_back(other.token.id);
  if (result.clean.contrast) settings.contrast = result.clean.contrast->token.id;
  settings.top = static_cast<int>(result.clean.top.size());
  return text_of(settings, model);
}

PredictSettings predict_settings_from_text(const Connection& connection, const std::string& text,
                                           const ModelSummary& model) {
  std::string problem = "they are spelled otherwise";
  try {
    const Json json = Json::parse(text);
    PredictSettings settings;
    for (const Json& entry : json.at("interventions")) {
      add_entry(entry, model, settings.interventions);
    }
    settings.position = json.at("position").get<int>();
    settings.targets = json.at("targets").get<std::vector<std::int32_t>>();
    const Json& contrast = json.at("contrast");
    if (!contrast.is_null()) settings.contrast = contrast.get<std::int32_t>();
    settings.top = json.at("top").get<int>();
    if (text_of(settings, model) == text && !settings.targets.empty()) return settings;
  } catch (const Json::exception& error) {
    problem = error.what();
  } catch (const UsageError& error) {
    problem = error.what();
  }
  connection.fail_damaged(fmt::format("the settings '{}' are not understood: {}", text, problem));
}

}  // namespace tacet::store
