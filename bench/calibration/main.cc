// How often each test calls a change significant where there is none, and where there is one.
//
//   bench_calibration [--trials 2000] [--draws 499] [--threads N] [--seed 1] [--json FILE]
//
// Prints tables as Markdown; --json writes the numbers with their Monte-Carlo standard errors, from
// which bench/calibration/figure.py draws. docs/statistics.md explains what is simulated and shows
// the results. The same seed gives the same counts on any number of threads. Some fifteen minutes
// of processor time.

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <thread>

#include <CLI/CLI.hpp>

#include "parts.h"

namespace calibration {
namespace {

void run(const Settings& settings) {
  Progress progress;
  std::vector<Part> parts;
  parts.push_back({"made",
                   "False alarms on made vectors",
                   {"changes", "token effect", "tokens"},
                   {kFivePercent, 0, 2},
                   true,
                   made_nulls(settings, progress)});
  const std::vector<Run> runs = model_runs(settings);
  parts.push_back({"model",
                   "False alarms on mini's states, exchanged token by token",
                   {"prompt", "tokens", "head", "block"},
                   {kFivePercent, 0, 2},
                   true,
                   model_nulls(settings, runs, progress)});
  parts.push_back({"family",
                   "Exchanges with any block significant in its family",
                   {"prompt", "tokens", "head", "blocks"},
                   {kFivePercent},
                   false,
                   model_families(settings, runs, progress)});
  parts.push_back({"rotated",
                   "False alarms between two rotated pushes",
                   {"prompt", "tokens", "head", "block"},
                   {kFivePercent, 0, 2},
                   true,
                   pushed_nulls(settings, progress)});
  parts.push_back({"power",
                   "Real effects found",
                   {"token effect", "tokens", "push"},
                   {kFivePercent},
                   false,
                   made_effects(settings, progress)});
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
