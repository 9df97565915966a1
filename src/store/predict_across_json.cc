#include "store/predict_across_json.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "store/csv.h"
#include "store/json_values.h"
#include "store/predict_json.h"
#include "store/result_json.h"
#include "tacet/version.h"

namespace tacet::store {
namespace {

Json name_json(const std::string& name) {
  return name.empty() ? Json() : json_text(name);
}

Json change_json(const PredictChange& change, const std::string& name) {
  const MeanTest& test = change.test;
  return ObjectBuilder(name)
      .value("n", test.n)
      .number("mean", test.mean)
      .number("sd", test.sd)
      .number("t", test.t)
      .number("df", test.df)
      .number("p", test.p)
      .number("p_bh", change.p_bh)
      .number("ci_low", test.ci_low)
      .number("ci_high", test.ci_high)
      .take();
}

Json row_json(const PredictAcrossRow& row, const std::string& name) {
  Json heads = Json::array();
  for (const Head head : row.heads) heads.push_back(to_string(head));
  return ObjectBuilder(name)
      .text("spec", row.spec)
      .value("heads", std::move(heads))
      .text("mode", row.mode)
      .value("logit_diff",
             row.logit_diff ? change_json(*row.logit_diff, name + ".logit_diff") : Json())
      .value("log_prob", change_json(row.log_prob, name + ".log_prob"))
      .value("kl", ObjectBuilder(name + ".kl")
                       .value("n", row.kl_n)
                       .number("mean", row.kl_mean)
                       .number("sd", row.kl_sd)
                       .take())
      .number("top1_changed", row.top1_changed)
      .take();
}

Json across_json(const PredictAcrossResult& across) {
  Json rows = Json::array();
  for (const PredictAcrossRow& row : across.rows) {
    rows.push_back(row_json(row, fmt::format("across.interventions[{}]", rows.size())));
  }
  return ObjectBuilder("across")
      .number("alpha", across.alpha)
      .value("n_prompts", across.n_prompts)
      .value("n_units", across.n_units)
      .value("interventions", std::move(rows))
      .take();
}

}  // namespace

std::string predict_prompts_json(const PredictListing& listing, const ModelSummary& model) {
  Json prompts = Json::array();
  for (std::size_t i = 0; i < listing.prompts.size(); ++i) {
    ObjectBuilder builder(fmt::format("prompts[{}]", i));
    builder.value("id", name_json(listing.ids[i])).value("group", name_json(listing.groups[i]));
    add_predict(builder, listing.prompts[i]);
    prompts.push_back(builder.take());
  }
  return document(ObjectBuilder()
                      .text("schema", "tacet.predict-prompts/1")
                      .text("version", kVersion)
                      .value("model", model_json(model))
                      .value("prompts", std::move(prompts))
                      .value("across", across_json(listing.across))
                      .take());
}

std::string predict_prompts_csv(const PredictListing& listing) {
  std::size_t n_others = 0;
  for (const PredictResult& result : listing.prompts) {
    n_others = std::max(n_others, result.clean.others.size());
  }
  std::vector<Json> rows;
  for (std::size_t i = 0; i < listing.prompts.size(); ++i) {
    for (const Json& line : predict_rows(listing.prompts[i], n_others)) {
      Json row = {{"prompt", i},
                  {"id", name_json(listing.ids[i])},
                  {"group", name_json(listing.groups[i])}};
      row.update(line);
      rows.push_back(std::move(row));
    }
  }
  return csv_table(rows.front(), rows);
}

}  // namespace tacet::store
