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
#include "store/json_place.h"
#include "store/words.h"
#include "support/file.h"
#include "support/strict_json.h"
#include "support/utf8.h"
#include "tacet/error.h"

namespace tacet::store {
namespace {

using Json = nlohmann::json;
using Value = JsonPlace;

constexpr std::uint64_t kMostBytes = std::uint64_t{256} << 20U;
constexpr std::string_view kSchema = "tacet.silence/1";

constexpr int kMostBlocks = 100'000;

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

std::optional<double> number_or_null(const Value& value) {
  return value.is_null() ? std::nullopt : std::optional(value.number());
}

/// One entry of `tests`, as far as a page shows it.
TestResult read_test(const Value& value, Test name) {
  TestResult result;
  result.name = name;
  result.statistic = number_or_null(value.at("statistic"));
  result.df = number_or_null(value.at("df"));
  result.p = number_or_null(value.at("p"));
  result.p_adjusted = number_or_null(value.at("p_adjusted"));
  result.significant = value.at("significant").boolean();
  result.ci_low = number_or_null(value.at("ci_low"));
  result.ci_high = number_or_null(value.at("ci_high"));
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

std::vector<Token> read_tokens(const Value& tokens) {
  std::vector<Token> list;
  for (const Value& token : tokens.elements()) {
    const auto id = token.at("id").integer(0, std::numeric_limits<std::int32_t>::max());
    list.push_back({.id = static_cast<std::int32_t>(id), .text = token.at("text").text()});
  }
  return list;
}

SliceReference read_reference(const Value& reference) {
  SliceReference made{.file = reference.at("file").text(),
                      .fingerprint = reference.at("fingerprint").text(),
                      .n_prompts = static_cast<int>(
                          reference.at("n_prompts").integer(1, std::numeric_limits<int>::max())),
                      .seed = std::nullopt};
  const Value seed = reference.at("seed");
  if (!seed.is_null()) {
    made.seed =
        static_cast<std::uint64_t>(seed.integer(0, std::numeric_limits<std::int64_t>::max()));
  }
  return made;
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
  try {
    settings.mode = parse_slice_mode(cut.at("mode").text());
  } catch (const UsageError& error) {
    cut.at("mode").fail(error.what());
  }
  if (cut.has("reference")) settings.reference = read_reference(cut.at("reference"));
  const Value positions = cut.at("positions");
  if (positions.is_string()) {
    if (positions.text() != "all") positions.fail("is neither \"all\" nor an array");
    return settings;
  }
  for (const Value& one : positions.elements()) {
    settings.positions.push_back(
        static_cast<int>(one.integer(0, static_cast<std::int64_t>(n_tokens) - 1)));
  }
  return settings;
}

StoredRun read_run(const Value& document) {
  StoredRun run;
  const Value model = document.at("model");
  run.prompt.text = document.at("prompt").text();
  run.prompt.tokens = read_tokens(document.at("tokens"));
  run.settings = read_settings(document, run.prompt.tokens.size());
  run.model_id = model.at("id").text();
  run.model_fingerprint = model.at("fingerprint").text();
  run.model_dtype = model.at("dtype").text();
  run.n_layer = static_cast<int>(model.at("n_layer").integer(1, kMostBlocks));
  run.n_head = static_cast<int>(model.at("n_head").integer(1, kMostBlocks));
  run.d_model = static_cast<int>(model.at("d_model").integer(1, std::numeric_limits<int>::max()));
  run.tool_version = document.at("version").text();
  run.n_interventions = 1;
  return run;
}

SweepOutcome read_outcome(const Value& document, const StoredRun& run) {
  SweepOutcome outcome;
  const Value cut = document.at("intervention");
  outcome.spec = cut.at("spec").text();
  try {
    const std::vector<Intervention> named = parse_heads(outcome.spec, run.n_layer, run.n_head);
    if (named.size() != 1) cut.at("spec").fail("names several interventions");
    outcome.heads = named.front().heads;
  } catch (const UsageError& error) {
    cut.at("spec").fail(fmt::format("is no intervention of this model ({})", error.what()));
  }
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
  summary.p_late_delta = number_or_null(control.at("p_late_delta"));
  summary.p_growth = number_or_null(control.at("p_growth"));
  if (!control.at("note").is_null()) summary.note = control.at("note").text();
  return summary;
}

}  // namespace

StoredSilence read_silence_json(const std::filesystem::path& file) {
  const std::string name = support::escape_for_display(file.string());
  Json json;
  try {
    json = support::parse_strict_json(support::read_file(file, kMostBytes), name,
                                      "give the JSON that `tacet silence --format json` wrote");
  } catch (const ModelError& error) {
    throw InputError(error.what());
  }
  const Value document(json, name, "");
  const std::string schema = document.at("schema").text();
  if (schema == "tacet.sweep/1" || schema == "tacet.study/1") {
    throw InputError(
        fmt::format("{}: is the summary of a sweep, without its blocks; give the "
                    "sweep's database with --db",
                    name));
  }
  if (schema != kSchema) {
    document.at("schema").fail(
        fmt::format("is '{}', not {}", support::escape_for_display(schema), kSchema));
  }
  StoredSilence silence{
      .run = read_run(document), .outcome = {}, .control = read_control(document)};
  silence.outcome = read_outcome(document, silence.run);
  silence.run.settings.tests_beside =
      read_tests_beside(silence.outcome.layers, silence.run.settings.test);
  return silence;
}

}  // namespace tacet::store
