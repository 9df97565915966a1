#include "store/sweep_settings.h"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "store/json_values.h"
#include "store/replacement_json.h"
#include "store/words.h"
#include "tacet/error.h"

namespace tacet::store {
namespace {

/// The value that is spelled as `json` says. Throws UsageError when there is none.
template <typename Word>
Word named(const Json& json) {
  const auto name = json.get<std::string>();
  if (const std::optional<Word> value = word_from<Word>(name)) return *value;
  throw UsageError(fmt::format("'{}' is not known", name));
}

std::vector<Test> tests_from(const Json& names) {
  std::vector<Test> tests;
  for (const Json& name : names) tests.push_back(named<Test>(name));
  return tests;
}

Json names_of(const std::vector<Test>& tests) {
  Json names = Json::array();
  for (const Test test : tests) names.push_back(std::string(to_string(test)));
  return names;
}

std::optional<SliceReference> reference_from(const Json& json) {
  if (!json.contains("reference")) return std::nullopt;
  const Json& reference = json.at("reference");
  const Json& seed = reference.at("seed");
  return SliceReference{
      .file = reference.at("file").get<std::string>(),
      .fingerprint = reference.at("fingerprint").get<std::string>(),
      .n_prompts = reference.at("n_prompts").get<int>(),
      .seed = seed.is_null() ? std::nullopt : std::optional(seed.get<std::uint64_t>())};
}

RunSettings from_json(const Json& json) {
  const Json& positions = json.at("positions");
  const CosineChoice cosine = parse_cosine(json.at("cosine").get<std::string>());
  return {.states = named<StatesKind>(json.at("states")),
          .cosine = cosine.kind,
          .rogue_dimensions = cosine.rogue_dimensions,
          .pairs = named<PairsKind>(json.at("pairs")),
          .exclude_first = json.at("exclude_first").get<bool>(),
          .noise_draws = json.at("noise_draws").get<int>(),
          .test = named<Test>(json.at("test")),
          .tests_beside = tests_from(json.at("tests_beside")),
          .resampling = {.seed = json.at("seed").get<std::uint64_t>(),
                         .draws = json.at("draws").get<std::int64_t>()},
          .alpha = json.at("alpha").get<double>(),
          .correction = named<Correction>(json.at("correction")),
          .family = named<Family>(json.at("family")),
          .mode = parse_slice_mode(json.at("mode").get<std::string>()),
          .reference = reference_from(json),
          .positions = positions == "all" ? std::vector<int>() : positions.get<std::vector<int>>(),
          .follow = json.value("followed", std::vector<std::string>())};
}

}  // namespace

std::vector<Test> tests_beside(const SilenceOptions& options) {
  std::vector<Test> tests;
  for (const Test test : kAllTests) {
    const bool is_wanted =
        std::ranges::find(options.tests_beside, test) != options.tests_beside.end();
    if (is_wanted && test != options.test) tests.push_back(test);
  }
  return tests;
}

std::string settings_text(const RunSettings& settings) {
  ObjectBuilder builder("settings");
  builder.text("states", to_string(settings.states))
      .text("cosine", to_string(settings.cosine, settings.rogue_dimensions))
      .text("pairs", to_string(settings.pairs))
      .value("exclude_first", settings.exclude_first)
      .value("noise_draws", settings.noise_draws)
      .text("test", to_string(settings.test))
      .value("tests_beside", names_of(settings.tests_beside))
      .value("seed", settings.resampling.seed)
      .value("draws", settings.resampling.draws)
      .number("alpha", settings.alpha)
      .text("correction", to_string(settings.correction))
      .text("family", to_string(settings.family))
      .text("mode", to_string(settings.mode))
      .value("positions", settings.positions.empty() ? Json("all") : Json(settings.positions));
  // Where there are none, the text is what it was before there were references and pairs.
  if (settings.reference) builder.value("reference", reference_json(settings.reference));
  if (!settings.follow.empty()) builder.value("followed", settings.follow);
  return builder.take().dump();
}

RunSettings settings_from_text(const Connection& connection, const std::string& text) {
  std::string problem = "they are spelled otherwise";
  try {
    RunSettings settings = from_json(Json::parse(text));
    if (settings_text(settings) == text) return settings;
  } catch (const Json::exception& error) {
    problem = error.what();
  } catch (const UsageError& error) {
    problem = error.what();
  }
  connection.fail_damaged(fmt::format("the settings '{}' are not understood: {}", text, problem));
}

}  // namespace tacet::store
