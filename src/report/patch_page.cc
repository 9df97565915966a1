// The document of a page of patch.
#include <utility>

#include "report/column_values.h"
#include "report/neighbour_pages.h"
#include "report/token_json.h"
#include "tacet/error.h"
#include "tacet/version.h"

namespace tacet::report {
namespace {

using store::Json;
using store::ObjectBuilder;

Json side_json(const Prompt& prompt, double logit_diff) {
  return ObjectBuilder("side")
      .text("prompt", prompt.text)
      .value("tokens", store::tokens_json(prompt.tokens))
      .number("logit_diff", logit_diff)
      .take();
}

Json pairs_json(const PatchResult& result) {
  Json pairs = Json::array();
  for (const PairRun& run : result.pairs) {
    pairs.push_back(ObjectBuilder()
                        .value("clean", side_json(run.pair.clean, run.clean_logit_diff))
                        .value("corrupt", side_json(run.pair.corrupt, run.corrupt_logit_diff))
                        .value("target", token_json(run.pair.target))
                        .value("contrast", token_json(run.pair.contrast))
                        .take());
  }
  return pairs;
}

Json cells_json(const PatchResult& result) {
  const bool with_spread = result.pairs.size() > 1;
  const auto column = [&result](auto member) {
    return floats(result.cells, [member](const PatchCell& cell) { return number(cell.*member); });
  };
  return ObjectBuilder()
      .value("logit_diff", column(&PatchCell::logit_diff))
      .value("recovered", column(&PatchCell::recovered))
      .value("logit_diff_sd", with_spread ? column(&PatchCell::logit_diff_sd) : Json())
      .value("recovered_sd", with_spread ? column(&PatchCell::recovered_sd) : Json())
      .take();
}

}  // namespace

std::string page_data(const PatchPage& page) {
  const PatchResult& result = page.result;
  if (result.pairs.empty()) throw UsageError("a page needs results; patch a pair of prompts first");
  Json chosen = Json::array();
  for (const Head head : page.chosen) chosen.push_back(to_string(head));
  return ObjectBuilder()
      .text("schema", "tacet.page.patch/1")
      .text("version", kVersion)
      .text("title", page.title)
      .value("model", store::model_json(page.model))
      .text("by", to_string(result.by))
      .text("direction", to_string(result.direction))
      .value("runs", result.runs)
      .value("pairs", pairs_json(result))
      .number("clean_logit_diff", result.clean_logit_diff)
      .number("corrupt_logit_diff", result.corrupt_logit_diff)
      .value("n_positions", result.by == PatchBy::head
                                ? Json()
                                : Json(result.pairs.front().pair.clean.tokens.size()))
      .value("cells", cells_json(result))
      .value("chosen", std::move(chosen))
      .take()
      .dump();
}

}  // namespace tacet::report
