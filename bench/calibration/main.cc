// How often each test calls a change significant where there is none, and where there is one.
//
//   bench_calibration [--trials 2000] [--draws 499] [--threads N] [--seed 1]
//                     [--only made|model|family|rotated|power] [--json FILE]
//
// Prints tables as Markdown; --json writes the numbers with their Monte-Carlo standard errors, from
// which bench/calibration/figure.py draws. docs/statistics.md explains what is simulated and shows
// the results. The same seed gives the same counts on any number of threads. Some fifteen minutes
// of processor time.

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <thread>

#include <CLI/CLI.hpp>

#include "parts.h"

namespace calibration {
namespace {

/// The parts in the order of docs/statistics.md; `cells` makes the numbers.
struct Maker {
  Part part;
  std::function<std::vector<Cell>()> cells;
};

std::vector<Maker> makers(const Settings& settings, Progress& progress,
                          const std::vector<Run>& runs) {
  const std::vector<std::size_t> all = {kFivePercent, 0, 2};
  const std::vector<std::string> of_block = {"prompt", "tokens", "head", "block"};
  return {{{.name = "made",
            .title = "False alarms on made vectors",
            .columns = {"changes", "token effect", "tokens"},
            .levels = all,
            .has_spread = true,
            .cells = {}},
           [&] { return made_nulls(settings, progress); }},
          {{.name = "model",
            .title = "False alarms on mini's states, exchanged token by token",
            .columns = of_block,
            .levels = all,
            .has_spread = true,
            .cells = {}},
           [&] { return model_nulls(settings, runs, progress); }},
          {{.name = "family",
            .title = "Exchanges with any block significant in its family",
            .columns = {"prompt", "tokens", "head", "blocks"},
            .levels = {kFivePercent},
            .has_spread = false,
            .cells = {}},
           [&] { return model_families(settings, runs, progress); }},
          {{.name = "rotated",
            .title = "False alarms between two rotated pushes",
            .columns = of_block,
            .levels = all,
            .has_spread = true,
            .cells = {}},
           [&] { return pushed_nulls(settings, progress); }},
          {{.name = "power",
            .title = "Real effects found",
            .columns = {"token effect", "tokens", "push"},
            .levels = {kFivePercent},
            .has_spread = false,
            .cells = {}},
           [&] { return made_effects(settings, progress); }}};
}

void run(const Settings& settings) {
  Progress progress;
  const std::vector<Run> runs = model_runs(settings);
  std::vector<Part> parts;
  for (Maker& maker : makers(settings, progress, runs)) {
    if (!settings.only.empty() && maker.part.name != settings.only) continue;
    maker.part.cells = maker.cells();
    parts.push_back(std::move(maker.part));
  }
  for (const Part& part : parts) print_part(part);
  if (!settings.json.empty()) write_json(settings.json, settings, parts);
}

}  // namespace

}  // namespace calibration

int main(int argc, char** argv) try {
  CLI::App app(
      "How often each test calls a change significant, where there is none and where "
      "there is one");
  calibration::Settings settings;
  app.add_option("--trials", settings.trials, "of every line; default: 2000")
      ->check(CLI::Range(std::int64_t{2}, std::int64_t{1} << 32U));
  app.add_option("--draws", settings.draws, "of the tests that resample; default: 499")
      ->check(CLI::Range(std::int64_t{99}, std::int64_t{1} << 32U));
  app.add_option("--threads", settings.threads, "default: all cores")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--seed", settings.seed, "default: 1");
  app.add_option("--only", settings.only, "this part alone")
      ->check(CLI::IsMember({"made", "model", "family", "rotated", "power"}));
  app.add_option("--json", settings.json, "file for the numbers");
  CLI11_PARSE(app, argc, argv);
  if (settings.threads == 0) {
    settings.threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  }
  calibration::run(settings);
  return EXIT_SUCCESS;
} catch (const std::exception& error) {
  std::cerr << "bench_calibration: " << error.what() << '\n';
  return EXIT_FAILURE;
}
