#include "store/patch_json.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "store/csv.h"
#include "store/json_values.h"
#include "store/result_json.h"
#include "tacet/export.h"
#include "tacet/patch.h"
#include "tacet/version.h"

namespace tacet {
namespace {

using store::Json;
using store::ObjectBuilder;

Json token_json(const Token& token) {
  return ObjectBuilder().value("id", token.id).text("text", token.text).take();
}

Json side_json(const Prompt& prompt, double logit_diff, const std::string& name) {
  return ObjectBuilder(name)
      .text("prompt", prompt.text)
      .value("tokens", store::tokens_json(prompt.tokens))
      .number("logit_diff", logit_diff)
      .take();
}

/// The mean of several pairs, which have no one prompt.
Json mean_json(double logit_diff, const std::string& name) {
  return ObjectBuilder(name)
      .value("prompt", nullptr)
      .value("tokens", nullptr)
      .number("logit_diff", logit_diff)
      .take();
}

Json pair_json(const PairRun& run, const std::string& name) {
  return ObjectBuilder(name)
      .value("clean", side_json(run.pair.clean, run.clean_logit_diff, name + ".clean"))
      .value("corrupt", side_json(run.pair.corrupt, run.corrupt_logit_diff, name + ".corrupt"))
      .value("target", token_json(run.pair.target))
      .value("contrast", token_json(run.pair.contrast))
      .take();
}

Json optional_json(const std::optional<int>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json cell_json(const PatchCell& cell, bool with_spread, const std::string& name) {
  ObjectBuilder builder(name);
  builder.value("layer", cell.layer)
      .value("head", optional_json(cell.head))
      .value("position", optional_json(cell.position))
      .number("logit_diff", cell.logit_diff)
      .number("recovered", cell.recovered);
  if (with_spread) {
    builder.number("logit_diff_sd", cell.logit_diff_sd).number("recovered_sd", cell.recovered_sd);
  }
  return builder.take();
}

/// Clean, corrupt, target and contrast: of the one pair, or of several.
void add_pairs(ObjectBuilder& builder, const PatchResult& result) {
  if (result.pairs.size() == 1) {
    const Json pair = pair_json(result.pairs.front(), "pair");
    for (const char* const key : {"clean", "corrupt", "target", "contrast"}) {
      builder.value(key, pair.at(key));
    }
    return;
  }
  Json pairs = Json::array();
  for (const PairRun& run : result.pairs) {
    pairs.push_back(pair_json(run, fmt::format("pairs[{}]", pairs.size())));
  }
  builder.value("clean", mean_json(result.clean_logit_diff, "clean"))
      .value("corrupt", mean_json(result.corrupt_logit_diff, "corrupt"))
      .value("target", nullptr)
      .value("contrast", nullptr)
      .value("pairs", std::move(pairs));
}

}  // namespace

std::string store::patch_json(const PatchResult& result, const ModelSummary& model,
                              std::string_view version) {
  ObjectBuilder builder;
  builder.text("schema", "tacet.patch/1")
      .text("version", version)
      .value("model", model_json(model));
  add_pairs(builder, result);
  Json cells = Json::array();
  for (const PatchCell& cell : result.cells) {
    cells.push_back(
        cell_json(cell, result.pairs.size() > 1, fmt::format("cells[{}]", cells.size())));
  }
  return document(builder.text("by", to_string(result.by))
                      .text("direction", to_string(result.direction))
                      .value("runs", result.runs)
                      .value("cells", std::move(cells))
                      .take());
}

std::string to_json(const PatchResult& result, const Model& model) {
  return store::patch_json(result, store::summary_of(model), kVersion);
}

std::string to_csv(const PatchResult& result) {
  const bool with_spread = result.pairs.size() > 1;
  std::vector<Json> rows;
  for (const PatchCell& cell : result.cells) rows.push_back(cell_json(cell, with_spread, "cell"));
  return store::csv_table(cell_json({}, with_spread, ""), rows);
}

}  // namespace tacet
