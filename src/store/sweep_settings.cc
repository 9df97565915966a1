#include "store/sweep_settings.h"

#include <optional>
#include <vector>

#include <fmt/format.h>

#include "store/json_values.h"
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

RunSettings from_json(const Json& json) {
  const Json& positions = json.at("positions");
  return {.states = named<StatesKind>(json.at("states")),
          .cosine = named<Cosine>(json.at("cosine")),
          .pairs = named<PairsKind>(json.at("pairs")),
          .exclude_first = json.at("exclude_first").get<bool>(),
          .noise_draws = json.at("noise_draws").get<int>(),
          .test = named<Test>(json.at("test")),
          .alpha = json.at("alpha").get<double>(),
          .correction = named<Correction>(json.at("correction")),
          .family = named<Family>(json.at("family")),
          .mode = parse_slice_mode(json.at("mode").get<std::string>()),
          .positions = positions == "all" ? std::vector<int>() : positions.get<std::vector<int>>()};
}

}  // namespace

std::string settings_text(const RunSettings& settings) {
  return ObjectBuilder("settings")
      .text("states", to_string(settings.states))
      .text("cosine", to_string(settings.cosine))
      .text("pairs", to_string(settings.pairs))
      .value("exclude_first", settings.exclude_first)
      .value("noise_draws", settings.noise_draws)
      .text("test", to_string(settings.test))
      .number("alpha", settings.alpha)
      .text("correction", to_string(settings.correction))
      .text("family", to_string(settings.family))
      .text("mode", to_string(settings.mode))
      .value("positions", settings.positions.empty() ? Json("all") : Json(settings.positions))
      .take()
      .dump();
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
