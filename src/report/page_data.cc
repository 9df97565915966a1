#include "report/page_data.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "report/base64.h"
#include "report/page_across.h"
#include "report/page_columns.h"
#include "report/page_followed.h"
#include "report/page_room.h"
#include "report/page_tests.h"
#include "store/result_json.h"
#include "tacet/across.h"
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

/// Tokens of a prompt that take part in pairs.
std::size_t n_tokens_in_pairs(const store::StoredRun& run) {
  const std::size_t left_out = run.settings.exclude_first ? 1 : 0;
  return run.prompt.tokens.size() - std::min(left_out, run.prompt.tokens.size());
}

/// A prompt as the test that decides sees it; `beside`, `token_share` and `followed` are columns.
Json prompt_json(const PagePrompt& prompt, const SweepSummary& summary,
                 const Interventions& interventions, bool full, Json beside, Json token_share,
                 Json followed, Json pairs) {
  const store::StoredRun& run = prompt.run;
  const std::vector<int>& positions = run.settings.positions;
  Json present = Json::array();
  for (const SweepOutcome& one : prompt.outcomes) present.push_back(interventions.place(one.spec));
  const SweepOutcome& first = prompt.outcomes.front();
  Json heads = summary_columns(summary.heads);
  heads["late_half"] =
      late_half_column(prompt.outcomes, n_tokens_in_pairs(run), run.settings.alpha);
  return ObjectBuilder()
      .value("run", run.id)
      .text("id", run.prompt_id)
      .text("group", run.prompt_group)
      .text("text", run.prompt.text)
      .value("tokens", store::tokens_json(run.prompt.tokens))
      .value("positions", positions.empty() ? Json("all") : Json(positions))
      .value("n_pairs", first.layers.back().n_pairs)
      .value("trajectory", trajectory_json(prompt.trajectory))
      .value("present", std::move(present))
      .value("summary", std::move(heads))
      .value("ripple", ripple_columns(prompt.outcomes))
      .value("cells", cell_columns(prompt.outcomes, full))
      .value("beside", std::move(beside))
      .value("token_share", std::move(token_share))
      .value("followed", std::move(followed))
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

/// The columns of every prompt; what has no room becomes sentences.
Json prompts_json(const std::vector<PagePrompt>& prompts,
                  const std::vector<SweepSummary>& summaries, const Interventions& interventions,
                  bool full, const std::vector<BesideTest>& beside,
                  std::vector<std::string>& left_out) {
  std::size_t room = kMostPairValues;
  Room shares(kMostShareValues);
  Room follows(kMostFollowedValues);
  std::set<std::string> without_room;
  Json list = Json::array();
  for (std::size_t p = 0; p < prompts.size(); ++p) {
    std::vector<std::string> omitted;
    Json pairs = pairs_json(prompts[p].pairs, interventions, room, omitted);
    without_room.insert(omitted.begin(), omitted.end());
    Json tests = Json::array();
    for (const BesideTest& one : beside) tests.push_back(one.columns[p]);
    const std::vector<SweepOutcome>& outcomes = prompts[p].outcomes;
    Json token_share =
        shares.take(n_token_shares(outcomes)) ? token_share_column(outcomes) : Json();
    Json followed = follows.take(n_followed_values(outcomes)) ? followed_pairs(outcomes) : Json();
    list.push_back(prompt_json(prompts[p], summaries[p], interventions, full, std::move(tests),
                               std::move(token_share), std::move(followed), std::move(pairs)));
  }
  if (follows.without() > 0) {
    left_out.push_back(fmt::format(
        "The followed words have no room in one page for {} of {} prompts. The database has them; "
        "a page of fewer prompts or heads shows them.",
        follows.without(), prompts.size()));
  }
  if (shares.without() > 0) {
    left_out.push_back(fmt::format(
        "The tokens' shares of the change have no room in one page for {} of {} prompts. The "
        "database has them; a page of fewer prompts or heads shows them.",
        shares.without(), prompts.size()));
  }
  if (!without_room.empty()) {
    left_out.push_back(fmt::format(
        "Some matrices of pairs have no room in one page and are left out: those of {}{}. Ask for "
        "fewer heads or prompts.",
        joined({without_room.begin(), without_room.end()}),
        prompts.size() > 1 ? " (of some prompts)" : ""));
  }
  return list;
}

Json control_json(const std::optional<store::ControlSummary>& control) {
  if (!control) return nullptr;
  return ObjectBuilder("control")
      .value("n", control->n)
      .number("p_late_delta", control->p_late_delta)
      .number("p_growth", control->p_growth)
      .text("note", control->note)
      .take();
}

Json across_of(const std::vector<PagePrompt>& prompts) {
  std::vector<std::vector<PromptEffect>> effects;
  std::vector<std::string> groups;
  for (const PagePrompt& prompt : prompts) {
    effects.push_back(prompt_effects(prompt.outcomes));
    groups.push_back(prompt.run.prompt_group);
  }
  return across_json(
      across(effects, groups, {.alpha = prompts.front().run.settings.alpha, .resampling = {}}));
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
    summaries.push_back(summary_of(prompt.outcomes, prompt.run));
  }
  const bool full = rows <= kMostFullRows;
  if (!full) {
    left_out.push_back(fmt::format(
        "The direct part, the perturbation, t, d_z, CKA and the rank correlation of each block are "
        "left out: {} rows of results are more than {}. The database has them; a page of fewer "
        "prompts shows them.",
        rows, kMostFullRows));
  }
  const std::vector<BesideTest> beside = decided_beside(prompts, rows, full, left_out);
  const Json list = prompts_json(prompts, summaries, interventions, full, beside, left_out);
  const bool is_sample = prompts.size() > 1 && same_interventions(summaries);
  const store::StoredRun& run = prompts.front().run;
  return ObjectBuilder()
      .text("schema", "tacet.page/1")
      .text("version", kVersion)
      .text("title", content.title)
      .value("model", model_json(run))
      .value("settings", settings_json(run.settings))
      .value("test", test_json(run.settings, run.settings.test, summaries.front()))
      .value("beside", beside_json(beside, run.settings, is_sample))
      .value("interventions", interventions.list())
      .value("prompts", list)
      .value("chosen", strings_json(content.chosen))
      .value("overall", is_sample ? summary_columns(summarise(summaries).heads) : Json())
      .value("across", is_sample ? across_of(prompts) : Json())
      .value("control", control_json(content.control))
      .value("study", content.study)
      .value("left_out", strings_json(left_out))
      .take()
      .dump();
}

}  // namespace tacet::report
