#include "store/silence_reader.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "store/columns.h"
#include "store/json_document.h"
#include "store/json_place.h"
#include "store/words.h"
#include "support/utf8.h"
#include "tacet/error.h"

namespace tacet::store {
namespace {

using Value = JsonPlace;

/// Columns that files of earlier versions lack, and that stay null then.
constexpr std::array<std::string_view, 15> kLaterColumns = {"late_se",
                                                            "cohen_dz_low",
                                                            "cohen_dz_high",
                                                            "glass_delta",
                                                            "glass_delta_low",
                                                            "glass_delta_high",
                                                            "mean_delta_degrees",
                                                            "mean_delta_degrees_low",
                                                            "mean_delta_degrees_high",
                                                            "growth_low",
                                                            "growth_high",
                                                            "cka",
                                                            "rank_correlation",
                                                            "noise_floor",
                                                            "near_noise"};

/// Takes one key of each column.
class ColumnsReader {
 public:
  explicit ColumnsReader(Value row) : row_(std::move(row)) {}

  void operator()(const char* key, double& field) const { field = row_.at(key).number(); }
  void operator()(const char* key, bool& field) const { field = row_.at(key).boolean(); }
  void operator()(const char* key, Effect& field) const { field = row_.at(key).word<Effect>(); }
  void operator()(const char* key, int& field) const {
    field = static_cast<int>(row_.at(key).integer(0, std::numeric_limits<int>::max()));
  }
  void operator()(const char* key, std::int64_t& field) const {
    field = row_.at(key).integer(0, std::numeric_limits<std::int64_t>::max());
  }
  void operator()(const char* key, std::vector<int>& field) const {
    for (const Value& one : row_.at(key).elements()) {
      field.push_back(static_cast<int>(one.integer(0, kMostBlocks)));
    }
  }
  template <typename Field>
  void operator()(const char* key, std::optional<Field>& field) const {
    const bool may_lack = std::ranges::find(kLaterColumns, key) != kLaterColumns.end();
    if (may_lack && !row_.has(key)) return;
    if (row_.at(key).is_null()) return;
    Field value = {};
    (*this)(key, value);
    field = value;
  }

 private:
  Value row_;
};

template <typename Row>
Row read_row(const Value& value) {
  Row row;
  visit_columns(row, ColumnsReader(value));
  return row;
}

/// One entry of `tests`, as far as a page shows it.
TestResult read_test(const Value& value, Test name) {
  TestResult result;
  result.name = name;
  result.statistic = value.at("statistic").number_or_null();
  result.df = value.at("df").number_or_null();
  result.p = value.at("p").number_or_null();
  result.p_adjusted = value.at("p_adjusted").number_or_null();
  result.significant = value.at("significant").boolean();
  result.ci_low = value.at("ci_low").number_or_null();
  result.ci_high = value.at("ci_high").number_or_null();
  if (value.has("token_share")) {
    for (const Value& one : value.at("token_share").elements()) {
      result.token_share.push_back(one.number());
    }
  }
  return result;
}

LayerEffect read_effect(const Value& value) {
  auto row = read_row<LayerEffect>(value);
  if (!value.has("tests")) return row;
  const Value tests = value.at("tests");
  for (const Test name : kAllTests) {
    const std::string key(to_string(name));
    if (tests.has(key)) row.tests.push_back(read_test(tests.at(key), name));
  }
  return row;
}

/// The tests beside `decides` that rows of `layers` hold.
std::vector<Test> read_tests_beside(const std::vector<LayerEffect>& layers, Test decides) {
  std::vector<Test> tests;
  for (const Test test : kAllTests) {
    const bool is_any = std::ranges::any_of(layers, [test](const LayerEffect& row) {
      return std::ranges::find(row.tests, test, &TestResult::name) != row.tests.end();
    });
    if (test != decides && is_any) tests.push_back(test);
  }
  return tests;
}

RunSettings read_settings(const Value& document, std::size_t n_tokens) {
  RunSettings settings;
  const Value test = document.at("test");
  const Value cut = document.at("intervention");
  settings.states = document.at("states").word<StatesKind>();
  try {
    const CosineChoice cosine = parse_cosine(document.at("cosine").text());
    settings.cosine = cosine.kind;
    settings.rogue_dimensions = cosine.rogue_dimensions;
  } catch (const UsageError&) {
    document.at("cosine").fail_unknown();
  }
  settings.pairs = document.at("pairs").word<PairsKind>();
  settings.exclude_first = document.at("exclude_first").boolean();
  settings.test = test.at("name").word<Test>();
  settings.alpha = test.at("alpha").number();
  if (!(settings.alpha > 0 && settings.alpha < 1)) test.at("alpha").fail("is not between 0 and 1");
  settings.correction = test.at("correction").word<Correction>();
  settings.family = test.at("family").word<Family>();
  settings.mode = read_mode(cut.at("mode"));
  if (cut.has("reference")) settings.reference = read_reference(cut.at("reference"));
  settings.positions = read_positions(cut.at("positions"), n_tokens);
  return settings;
}

StoredRun read_run(const Value& document) {
  StoredRun run;
  const ModelSummary model = read_model(document.at("model"));
  run.prompt.text = document.at("prompt").text();
  run.prompt.tokens = read_tokens(document.at("tokens"));
  run.settings = read_settings(document, run.prompt.tokens.size());
  run.model_id = model.id;
  run.model_fingerprint = model.fingerprint;
  run.model_dtype = model.dtype;
  run.n_layer = model.n_layer;
  run.n_head = model.n_head;
  run.d_model = model.d_model;
  run.tool_version = document.at("version").text();
  run.n_interventions = 1;
  return run;
}

/// The pairs of words that were followed; none where the document has none.
std::vector<FollowedPair> read_followed(const Value& document, const StoredRun& run) {
  std::vector<FollowedPair> list;
  if (!document.has("followed")) return list;
  const auto last = static_cast<std::int64_t>(run.prompt.tokens.size()) - 1;
  for (const Value& one : document.at("followed").elements()) {
    const Value positions = one.at("positions");
    const std::vector<Value> places = positions.elements();
    if (places.size() != 2) positions.fail("does not name two positions");
    FollowedPair pair;
    pair.pair = {.name = one.at("pair").text(),
                 .first = static_cast<int>(places[0].integer(0, last)),
                 .second = static_cast<int>(places[1].integer(0, last))};
    const Value layers = one.at("layers");
    for (const Value& row : layers.elements()) pair.layers.push_back(read_row<FollowedRow>(row));
    if (pair.layers.size() != static_cast<std::size_t>(run.n_layer)) {
      layers.fail(fmt::format("has {} entries, not one for each of {} blocks", pair.layers.size(),
                              run.n_layer));
    }
    const Value final_norm = one.at("final_norm");
    if (final_norm.is_null() != document.at("final_norm").is_null()) {
      final_norm.fail("and the document's 'final_norm' are not both there");
    }
    if (!final_norm.is_null()) pair.final_norm = read_row<FollowedRow>(final_norm);
    list.push_back(std::move(pair));
  }
  return list;
}

SweepOutcome read_outcome(const Value& document, const StoredRun& run) {
  SweepOutcome outcome;
  const Value cut = document.at("intervention");
  outcome.spec = cut.at("spec").text();
  outcome.heads = read_heads(cut.at("spec"), run.n_layer, run.n_head);
  outcome.values_changed =
      cut.at("values_changed").integer(0, std::numeric_limits<std::int64_t>::max());
  const Value layers = document.at("layers");
  for (const Value& row : layers.elements()) outcome.layers.push_back(read_effect(row));
  if (outcome.layers.size() != static_cast<std::size_t>(run.n_layer)) {
    layers.fail(fmt::format("has {} entries, not one for each of {} blocks", outcome.layers.size(),
                            run.n_layer));
  }
  if (!document.at("final_norm").is_null()) {
    outcome.final_norm = read_effect(document.at("final_norm"));
  }
  outcome.ripple = read_row<Ripple>(document.at("ripple"));
  outcome.followed = read_followed(document, run);
  if (outcome.ripple.cut_layer != outcome.heads.front().layer) {
    document.at("ripple").at("cut_layer").fail("is not the lowest block of the intervention");
  }
  return outcome;
}

std::optional<ControlSummary> read_control(const Value& document) {
  if (!document.has("control") || document.at("control").is_null()) return std::nullopt;
  const Value control = document.at("control");
  ControlSummary summary;
  summary.n = control.at("n").integer(0, std::numeric_limits<std::int64_t>::max());
  summary.p_late_delta = control.at("p_late_delta").number_or_null();
  summary.p_growth = control.at("p_growth").number_or_null();
  if (!control.at("note").is_null()) summary.note = control.at("note").text();
  return summary;
}

}  // namespace

StoredSilence read_silence(const JsonPlace& document) {
  StoredSilence silence{
      .run = read_run(document), .outcome = {}, .control = read_control(document)};
  silence.outcome = read_outcome(document, silence.run);
  silence.run.settings.tests_beside =
      read_tests_beside(silence.outcome.layers, silence.run.settings.test);
  return silence;
}

}  // namespace tacet::store
