#include "cli/control_options.h"

#include <string>
#include <string_view>

#include <fmt/format.h>

#include "cli/declare.h"
#include "cli/values.h"
#include "tacet/control.h"
#include "tacet/error.h"

namespace tacet::cli {
namespace {

constexpr std::string_view kRotated = "rotated:";

CLI::Option* add_control(CLI::App& app, std::optional<std::int64_t>& n_controls,
                         const std::string& help) {
  const auto setter = [&n_controls](const std::string& text) {
    if (!text.starts_with(kRotated)) {
      throw UsageError(
          fmt::format("--control takes rotated:N, such as rotated:999, not '{}'", text));
    }
    n_controls = parse_int("--control rotated:N", text.substr(kRotated.size()),
                           static_cast<int>(kFewestControls), kAnyNumber);
  };
  return add_value(app, "--control", "rotated:N", setter, help)->group("Testing");
}

}  // namespace

void declare_control(CLI::App& app, std::optional<std::int64_t>& n_controls) {
  add_control(
      app, n_controls,
      fmt::format(
          "Is it the head, or any push of that size? Run N controls (at least {}), each "
          "pushing the stream by the head's contribution turned in a random direction, and "
          "the block's other heads scaled to the same size. All heads must be in one block. "
          "In the table and in JSON; --seed sets the directions.",
          kFewestControls));
}

void declare_study_control(CLI::App& app, std::optional<std::int64_t>& n_controls,
                           std::optional<std::uint64_t>& seed) {
  add_control(
      app, n_controls,
      fmt::format("Would any pushes of that size fulfil the claims about one block's heads? For "
                  "each of these heads run N controls (at least {}) that push the stream by its "
                  "contribution turned in a random direction. The claims' figures then have a p: "
                  "how many of the N sets have as large a share of heads that meet the rule.",
                  kFewestControls));
  const auto set_seed = [&seed](const std::string& text) {
    seed = static_cast<std::uint64_t>(parse_int("--seed", text, 0, kAnyNumber));
  };
  add_value(app, "--seed", "N", set_seed, "Seed of the directions of --control.")
      ->default_str(fmt::format("{}", ControlOptions{}.seed))
      ->group("Testing");
}

}  // namespace tacet::cli
