#include "report/page_data.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "report/base64.h"
#include "report/page_columns.h"
#include "tacet/error.h"
#include "tacet/version.h"

namespace tacet::report {
namespace {

using store::Json;
using store::json_text;
using store::ObjectBuilder;

/// Every intervention of any prompt, in the order of blocks and heads, and its place there.
class Interventions {
 public:
  explicit Interventions(const std::vector<PagePrompt>& prompts) {
    std::map<std::vector<Head>, const SweepOutcome*> found;
    for (const PagePrompt& prompt : prompts) {
      for (const SweepOutcome& outcome : prompt.outcomes) found.emplace(outcome.heads, &outcome);
    }
    for (const auto& [heads, outcome] : found) {
      places_.emplace(outcome->spec, places_.size());
      Json names = Json::array();
      for (const Head head : heads) names.push_back(to_string(head));
      list_.push_back(ObjectBuilder()
                          .text("spec", outcome->spec)
                          .value("heads", std::move(names))
                          .value("cut_layer", outcome->ripple.cut_layer)
                          .take());
    }
  }

  const Json& list() const { return list_; }
  std::size_t place(const std::string& spec) const { return places_.at(spec); }

 private:
  Json list_ = Json::array();
  std::map<std::string, std::size_t> places_;
};

Json model_json(const store::StoredRun& run) {
  return ObjectBuilder("model")
      .text("id", run.model_id)
      .text("fingerprint", run.model_fingerprint)
      .text("dtype", run.model_dtype)
      .value("n_layer", run.n_layer)
      .value("n_head", run.n_head)
      .value("d_model", run.d_model)
      .take();
}

Json settings_json(const store::RunSettings& settings) {
  return ObjectBuilder("settings")
      .text("mode", to_string(settings.mode))
      .text("states", to_string(settings.states))
      .text("cosine", to_string(settings.cosine, settings.rogue_dimensions))
      .text("pairs", to_string(settings.pairs))
      .value("exclude_first", settings.exclude_first)
      .take();
}

Json test_json(const store::RunSettings& settings, const SweepSummary& summary) {
  return ObjectBuilder("test")
      .text("name", to_string(settings.test))
      .number("alpha", settings.alpha)
      .text("correction", to_string(settings.correction))
      .text("family", to_string(settings.family))
      .text("sweep_correction", to_string(summary.correction))
      .value("sweep_family_size", summary.family_size)
      .take();
}

Json tokens_json(const std::vector<Token>& tokens) {
  Json json = Json::array();
  for (const Token& token : tokens) {
    json.push_back(ObjectBuilder().value("id", token.id).text("text", token.text).take());
  }
  return json;
}

Json trajectory_json(const std::optional<store::StoredTrajectory>& trajectory) {
  if (!trajectory) return nullptr;
  Json points = Json::array();
  const auto add = [&points](Json state, const TrajectoryRow& row) {
    points.push_back(ObjectBuilder("trajectory")
                         .value("state", std::move(state))
                         .number("mean", row.mean)
                         .number("q25", row.q25)
                         .number("median", row.median)
                         .number("q75", row.q75)
                         .take());
  };
  add("embedding", trajectory->embedding);
  for (std::size_t layer = 0; layer < trajectory->layers.size(); ++layer) {
    add(layer, trajectory->layers[layer]);
  }
  add("ln_f", trajectory->final_norm);
  return points;
}

/// The matrices as far as there is room; takes what it uses from `room`.
Json pairs_json(const std::vector<PromptPairs>& pairs, const Interventions& interventions,
                std::size_t& room, std::vector<std::string>& omitted) {
  Json silenced = Json::array();
  for (const PromptPairs& one : pairs) {
    // The clean matrices come with the first.
    const std::size_t size = one.matrices.silenced.size() * (silenced.empty() ? 2 : 1);
    if (size > room) {
      omitted.push_back(one.spec);
      continue;
    }
    room -= size;
    silenced.push_back({{"intervention", interventions.place(one.spec)},
                        {"cosines", base64_floats(one.matrices.silenced)}});
  }
  if (silenced.empty()) return nullptr;
  return {{"clean", base64_floats(pairs.front().matrices.clean)},
          {"silenced", std::move(silenced)}};
}

Json prompt_json(const PagePrompt& prompt, const SweepSummary& summary,
                 const Interventions& interventions, bool full, Json pairs) {
  const store::StoredRun& run = prompt.run;
  const std::vector<int>& positions = run.settings.positions;
  Json present = Json::array();
  for (const SweepOutcome& one : prompt.outcomes) present.push_back(interventions.place(one.spec));
  const SweepOutcome& first = prompt.outcomes.front();
  return ObjectBuilder()
      .value("run", run.id)
      .text("id", run.prompt_id)
      .text("text", run.prompt.text)
      .value("tokens", tokens_json(run.prompt.tokens))
      .value("positions", positions.empty() ? Json("all") : Json(positions))
      .value("n_pairs", first.layers.back().n_pairs)
      .value("trajectory", trajectory_json(prompt.trajectory))
      .value("present", std::move(present))
      .value("summary", summary_columns(summary.heads))
      .value("ripple", ripple_columns(prompt.outcomes))
      .value("cells", cell_columns(prompt.outcomes, full))
      .value("has_final_norm", first.final_norm.has_value())
      .value("pairs", std::move(pairs))
      .take();
}

Json strings_json(const std::vector<std::string>& strings) {
  Json json = Json::array();
  for (const std::string& text : strings) json.push_back(json_text(text));
  return json;
}

bool same_interventions(const std::vector<SweepSummary>& summaries) {
  const auto specs = [](const SweepSummary& summary) {
    std::vector<std::string_view> list;
    for (const HeadSummary& head : summary.heads) list.push_back(head.spec);
    return list;
  };
  return std::ranges::all_of(
      summaries, [&](const SweepSummary& one) { return specs(one) == specs(summaries.front()); });
}

std::string joined(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 10;
  if (names.size() > kMost) return fmt::format("{} heads and more", names.size());
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

std::size_t pair_values(const store::StoredRun& run) {
  const std::size_t n = run.prompt.tokens.size();
  return n * (n - 1) / 2 * (static_cast<std::size_t>(run.n_layer) + 1);
}

std::string page_data(const PageContent& content) {
  const std::vector<PagePrompt>& prompts = content.prompts;
  if (prompts.empty() ||
      std::ranges::any_of(prompts, [](const PagePrompt& one) { return one.outcomes.empty(); })) {
    throw UsageError("a page needs results; make a sweep first");
  }
  const Interventions interventions(prompts);
  std::vector<std::string> left_out = content.left_out;
  std::size_t rows = 0;
  std::vector<SweepSummary> summaries;
  for (const PagePrompt& prompt : prompts) {
    rows += n_rows(prompt.outcomes);
    summaries.push_back(summarise(prompt.outcomes, prompt.run.n_layer, prompt.run.n_head,
                                  prompt.run.settings.alpha));
  }
  const bool full = rows <= kMostFullRows;
  if (!full) {
    left_out.push_back(fmt::format(
        "The direct part, the perturbation, t and d_z of each block are left out: {} rows of "
        "results are more than {}. The database has them; a page of fewer prompts shows them.",
        rows, kMostFullRows));
  }
  std::size_t room = kMostPairValues;
  std::set<std::string> without_room;
  Json list = Json::array();
  for (std::size_t p = 0; p < prompts.size(); ++p) {
    std::vector<std::string> omitted;
    Json pairs = pairs_json(prompts[p].pairs, interventions, room, omitted);
    without_room.insert(omitted.begin(), omitted.end());
    list.push_back(prompt_json(prompts[p], summaries[p], interventions, full, std::move(pairs)));
  }
  if (!without_room.empty()) {
    left_out.push_back(fmt::format(
        "Some matrices of pairs have no room in one page and are left out: those of {}{}. Ask for "
        "fewer heads or prompts.",
        joined({without_room.begin(), without_room.end()}),
        prompts.size() > 1 ? " (of some prompts)" : ""));
  }
  Json overall;
  if (prompts.size() > 1 && same_interventions(summaries)) {
    overall = summary_columns(summarise(summaries).heads);
  }
  const store::StoredRun& run = prompts.front().run;
  return ObjectBuilder()
      .text("schema", "tacet.page/1")
      .text("version", kVersion)
      .text("title", content.title)
      .value("model", model_json(run))
      .value("settings", settings_json(run.settings))
      .value("test", test_json(run.settings, summaries.front()))
      .value("interventions", interventions.list())
      .value("prompts", std::move(list))
      .value("chosen", strings_json(content.chosen))
      .value("overall", std::move(overall))
      .value("study", content.study)
      .value("left_out", strings_json(left_out))
      .take()
      .dump();
}

}  // namespace tacet::report
