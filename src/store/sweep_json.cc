#include "store/sweep_json.h"

#include <utility>

#include <fmt/format.h>

#include "store/across_json.h"
#include "store/csv.h"
#include "store/followed_json.h"
#include "store/json_values.h"
#include "store/replacement_json.h"
#include "tacet/version.h"

namespace tacet::store {
namespace {

Json stored_model(const StoredRun& run) {
  return ObjectBuilder("model")
      .text("id", run.model_id)
      .value("n_layer", run.n_layer)
      .value("n_head", run.n_head)
      .value("d_model", run.d_model)
      .text("dtype", run.model_dtype)
      .text("fingerprint", run.model_fingerprint)
      .value("sha256", run.model_sha256.empty() ? Json() : Json(run.model_sha256))
      .value("official", run.model_official.empty() ? Json() : Json(run.model_official))
      .take();
}

Json prompt_json(const StoredRun& run) {
  Json tokens = Json::array();
  for (const Token& token : run.prompt.tokens) {
    tokens.push_back(ObjectBuilder().value("id", token.id).text("text", token.text).take());
  }
  const std::vector<int>& positions = run.settings.positions;
  return ObjectBuilder()
      .value("run", run.id)
      .value("id", run.prompt_id.empty() ? Json() : json_text(run.prompt_id))
      .value("group", run.prompt_group.empty() ? Json() : json_text(run.prompt_group))
      .text("prompt", run.prompt.text)
      .value("positions", positions.empty() ? Json("all") : Json(positions))
      .value("tokens", std::move(tokens))
      .take();
}

Json test_names(const std::vector<Test>& tests) {
  Json names = Json::array();
  for (const Test test : tests) names.push_back(std::string(to_string(test)));
  return names;
}

Json settings_json(const RunSettings& settings) {
  ObjectBuilder builder("settings");
  builder.text("mode", to_string(settings.mode))
      .text("states", to_string(settings.states))
      .text("cosine", to_string(settings.cosine, settings.rogue_dimensions))
      .text("pairs", to_string(settings.pairs))
      .value("exclude_first", settings.exclude_first)
      .value("noise_draws", settings.noise_draws)
      .text("test", to_string(settings.test))
      .value("tests_beside", test_names(settings.tests_beside))
      .value("seed", settings.resampling.seed)
      .value("draws", settings.resampling.draws)
      .number("alpha", settings.alpha)
      .text("correction", to_string(settings.correction))
      .text("family", to_string(settings.family));
  if (settings.reference) builder.value("reference", reference_json(settings.reference));
  if (!settings.follow.empty()) builder.value("followed", settings.follow);
  return builder.take();
}

Json noise_json(const SweepNoise& noise) {
  return ObjectBuilder("noise")
      .number("floor", noise.floor)
      .value("n_significant", noise.n_significant)
      .value("n_near", noise.n_near)
      .take();
}

Json test_json(const SweepSummary& summary, const RunSettings& settings) {
  return ObjectBuilder("test")
      .text("name", to_string(settings.test))
      .number("alpha", summary.alpha)
      .text("correction", to_string(summary.correction))
      .value("family_size", summary.family_size)
      .text("family", to_string(Family::sweep))
      .take();
}

Json head_json(const HeadSummary& head) {
  const bool single = head.heads.size() == 1;
  Json names = Json::array();
  for (const Head one : head.heads) names.push_back(to_string(one));
  return ObjectBuilder(head.spec)
      .text("spec", head.spec)
      .value("heads", std::move(names))
      .value("layer", single ? Json(head.heads.front().layer) : Json())
      .value("head", single ? Json(head.heads.front().head) : Json())
      .value("cut_layer", head.cut_layer)
      .number("late_delta", head.late)
      .number("immediate_delta", head.immediate)
      .number("extreme_delta", head.extreme)
      .value("extreme_layer", head.extreme_layer)
      .number("t", head.t)
      .number("cohen_dz", head.cohen_dz)
      .number("onset", head.onset)
      .number("p_adjusted", head.p_adjusted)
      .text("role", to_string(head.role))
      .value("significant", head.role != Role::none)
      .value("immediate_significant", head.immediate_effect)
      .value("extreme_significant", head.extreme_effect)
      .value("n_prompts", head.n_prompts)
      .value("n_significant", head.n_significant)
      .take();
}

Json counts_json(const SweepSummary& summary) {
  return ObjectBuilder("counts")
      .value("interventions", summary.heads.size())
      .value("connectors", summary.n_connectors)
      .value("separators", summary.n_separators)
      .value("none", summary.n_none)
      .value("late_only", summary.n_late_only)
      .take();
}

/// What another test would say of the heads: by name, the heads in the same order.
Json beside_json(const std::vector<std::pair<Test, SweepSummary>>& beside) {
  Json tests = Json::object();
  for (const auto& [test, summary] : beside) {
    Json heads = Json::array();
    for (const HeadSummary& head : summary.heads) {
      heads.push_back(ObjectBuilder(head.spec)
                          .text("spec", head.spec)
                          .number("p_adjusted", head.p_adjusted)
                          .number("onset", head.onset)
                          .text("role", to_string(head.role))
                          .value("n_significant", head.n_significant)
                          .take());
    }
    tests[std::string(to_string(test))] = ObjectBuilder()
                                              .value("heads", std::move(heads))
                                              .value("counts", counts_json(summary))
                                              .take();
  }
  return tests;
}

/// One line of the CSV: the heads of an intervention in one field.
Json csv_row(std::int64_t run, const HeadSummary& head) {
  Json row = {{"run", run}};
  row.update(head_json(head));
  row.erase("heads");
  return row;
}

}  // namespace

Json sweep_document(const SweepListing& listing) {
  const StoredRun& first = listing.runs.front();
  Json prompts = Json::array();
  for (const StoredRun& run : listing.runs) prompts.push_back(prompt_json(run));
  Json heads = Json::array();
  for (const HeadSummary& head : listing.summary.heads) heads.push_back(head_json(head));
  ObjectBuilder builder;
  builder.text("schema", "tacet.sweep/1")
      .text("version", kVersion)
      .value("model", stored_model(first))
      .value("prompts", std::move(prompts))
      .value("settings", settings_json(first.settings))
      .value("test", test_json(listing.summary, first.settings))
      .value("heads", std::move(heads))
      .value("counts", counts_json(listing.summary))
      .value("tests", beside_json(listing.beside))
      .value("noise", listing.noise ? noise_json(*listing.noise) : Json(nullptr))
      .value("across", listing.across ? across_json(listing) : Json());
  if (!listing.followed.empty()) builder.value("followed", followed_sweep_json(listing));
  return builder.take();
}

std::string sweep_json(const SweepListing& listing) {
  return document(sweep_document(listing));
}

SweepRows sweep_rows(const SweepListing& listing) {
  std::vector<Json> rows;
  for (std::size_t i = 0; i < listing.runs.size(); ++i) {
    const std::vector<HeadSummary>& heads = listing.per_run[i].heads;
    for (std::size_t head = 0; head < heads.size(); ++head) {
      const Json row = csv_row(listing.runs[i].id, heads[head]);
      if (listing.followed.empty()) {
        rows.push_back(row);
        continue;
      }
      for (const FollowedSweep& pair : listing.followed[i].pairs) {
        rows.push_back(row);
        rows.back().update(followed_columns(pair, head));
      }
    }
  }
  Json columns = csv_row(0, {});
  if (!listing.followed.empty()) {
    FollowedSweep names;
    names.heads.emplace_back();
    columns.update(followed_columns(names, 0));
  }
  return {.columns = std::move(columns), .rows = std::move(rows)};
}

std::string sweep_csv(const SweepListing& listing) {
  const SweepRows table = sweep_rows(listing);
  return csv_table(table.columns, table.rows);
}

}  // namespace tacet::store
