#include "store/study_json.h"

#include <type_traits>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "store/csv.h"
#include "store/result_json.h"
#include "tacet/version.h"

namespace tacet::store {
namespace {

Json figures_json(const Claim& claim) {
  ObjectBuilder builder(claim.id);
  for (const auto& [name, value] : claim.figures) {
    const char* const key = name.c_str();
    std::visit(
        [&](const auto& held) {
          using Held = std::remove_cvref_t<decltype(held)>;
          if constexpr (std::is_same_v<Held, std::monostate>) {
            builder.value(key, nullptr);
          } else if constexpr (std::is_same_v<Held, double>) {
            builder.number(key, held);
          } else if constexpr (std::is_same_v<Held, std::string>) {
            builder.text(key, held);
          } else {
            builder.value(key, held);
          }
        },
        value);
  }
  return builder.take();
}

Json effect_json(const std::string& spec, const LayerEffect& row) {
  Json json = {{"spec", spec}};
  json.update(layer_json(row, spec));
  json.erase("tests");  // the table has one line a block
  return json;
}

}  // namespace

Json claim_json(const Claim& claim) {
  return ObjectBuilder(claim.id)
      .text("id", claim.id)
      .text("statement", claim.statement)
      .text("rule", claim.rule)
      .text("verdict", to_string(claim.verdict))
      .value("stands_up", claim.stands_up ? Json(std::string(to_string(*claim.stands_up))) : Json())
      .value("figures", figures_json(claim))
      .text("reading", claim.reading)
      .take();
}

Json study_section(const StudyListing& study) {
  Json claims = Json::array();
  for (const Claim& claim : study.claims) claims.push_back(claim_json(claim));
  return ObjectBuilder("study")
      .value("layer", study.layer)
      .value("claims", std::move(claims))
      .take();
}

std::string study_json(const StudyListing& study) {
  Json sweep = sweep_document(study.sweep);
  const Json& prompt = sweep.at("prompts").at(0);
  Json section = study_section(study);
  return document(ObjectBuilder()
                      .text("schema", "tacet.study/1")
                      .text("version", kVersion)
                      .value("model", sweep.at("model"))
                      .value("prompt", prompt.at("prompt"))
                      .value("tokens", prompt.at("tokens"))
                      .value("layer", section.at("layer"))
                      .value("positions", prompt.at("positions"))
                      .value("settings", sweep.at("settings"))
                      .value("claims", std::move(section.at("claims")))
                      .value("sweep", ObjectBuilder()
                                          .value("run", prompt.at("run"))
                                          .value("test", sweep.at("test"))
                                          .value("heads", std::move(sweep.at("heads")))
                                          .value("counts", sweep.at("counts"))
                                          .value("tests", sweep.at("tests"))
                                          .take())
                      .take());
}

std::vector<StoredCheck> checks_of(const StudyListing& study) {
  std::vector<StoredCheck> checks;
  for (const Claim& claim : study.claims) {
    Json details = {{"layer", study.layer}};
    details.update(claim_json(claim));
    details.erase("id");
    details.erase("verdict");
    checks.push_back({.name = claim.id,
                      .outcome = std::string(to_string(claim.verdict)),
                      .details = details.dump()});
  }
  return checks;
}

Json study_section(std::span<const StoredCheck> checks) {
  Json layer;
  Json claims = Json::array();
  for (const StoredCheck& check : checks) {
    const Json details = Json::parse(check.details, nullptr, /*allow_exceptions=*/false);
    if (!details.is_object() || !details.contains("layer") || !details.contains("figures"))
      continue;
    Json claim = {{"id", check.name}};
    for (const char* const key : {"statement", "rule"}) claim[key] = details.value(key, Json(""));
    claim["verdict"] = check.outcome;
    claim.update(details);
    claim.erase("layer");
    layer = details.at("layer");
    claims.push_back(std::move(claim));
  }
  if (claims.empty()) return nullptr;
  return ObjectBuilder("study")
      .value("layer", std::move(layer))
      .value("claims", std::move(claims))
      .take();
}

std::string effects_csv(std::span<const SweepOutcome> outcomes) {
  const Json columns = effect_json("", {});
  std::string text = csv_table(columns, {});
  const std::size_t header = text.size();
  for (const SweepOutcome& outcome : outcomes) {
    std::vector<Json> rows;
    for (const LayerEffect& row : outcome.layers) rows.push_back(effect_json(outcome.spec, row));
    text += csv_table(columns, rows).substr(header);
  }
  return text;
}

}  // namespace tacet::store
