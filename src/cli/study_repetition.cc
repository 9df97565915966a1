#include "cli/study_repetition.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/second_process.h"
#include "store/same_bits.h"
#include "support/parallel.h"
#include "tacet/error.h"

namespace tacet::cli {
namespace {

using store::BitComparison;
using store::StoredRun;

/// What a process found, or this one.
struct Found {
  std::vector<SweepOutcome> outcomes;
  store::StoredTrajectory trajectory;
};

/// The tests beside the one that decides; that one again where there are none, which adds nothing.
std::vector<std::string_view> names_of(const std::vector<Test>& tests, Test deciding) {
  std::vector<std::string_view> names;
  for (const Test test : tests) names.push_back(to_string(test));
  if (names.empty()) names.push_back(to_string(deciding));
  return names;
}

std::vector<std::string> command_for(const StudyArguments& arguments, const StoredRun& run,
                                     const std::string& database, int threads) {
  std::vector<std::int32_t> ids;
  for (const Token& token : run.prompt.tokens) ids.push_back(token.id);
  // The prompts of --reference begin as this one does.
  const bool prepends = run.settings.reference && arguments.prompt.prepend_bos;
  if (prepends) ids.erase(ids.begin());
  const store::RunSettings& settings = run.settings;
  std::vector<std::string> words = {
      "sweep",
      "--quiet",
      "--no-progress",
      "--format=json",
      "--db=" + database,
      "--model=" + arguments.model.model,
      fmt::format("--token-ids={}", fmt::join(ids, ",")),
      fmt::format("--heads={}.*", arguments.layer),
      fmt::format("--threads={}", threads),
      fmt::format("--states={}", to_string(settings.states)),
      fmt::format("--cosine={}", to_string(settings.cosine, settings.rogue_dimensions)),
      fmt::format("--pairs={}", to_string(settings.pairs)),
      fmt::format("--test={},{}", to_string(settings.test),
                  fmt::join(names_of(settings.tests_beside, settings.test), ",")),
      fmt::format("--seed={}", settings.resampling.seed),
      fmt::format("--draws={}", settings.resampling.draws),
      fmt::format("--alpha={}", settings.alpha),
      fmt::format("--correction={}", to_string(settings.correction)),
      fmt::format("--family={}", to_string(settings.family)),
      fmt::format("--mode={}", to_string(settings.mode)),
      settings.positions.empty() ? "--at=all"
                                 : fmt::format("--at={}", fmt::join(settings.positions, ",")),
  };
  const ReplacementOptions& replacement = arguments.cut.replacement;
  if (settings.reference) words.push_back("--reference=" + replacement.reference.value());
  if (settings.reference && replacement.cache && keeps_means(settings.mode)) {
    words.push_back("--reference-cache=" + *replacement.cache);
  }
  if (arguments.model.revision) words.push_back("--revision=" + *arguments.model.revision);
  if (prepends) words.emplace_back("--prepend-bos");
  if (settings.exclude_first) words.emplace_back("--exclude-first");
  if (settings.noise_draws > 0) words.emplace_back("--noise-floor");
  if (arguments.memory > 0) words.push_back(fmt::format("--memory={}", arguments.memory));
  return words;
}

/// The heads of block `layer` in a run that holds them all.
Found read(const store::SweepDatabase& database, std::int64_t run, int layer) {
  Found found;
  found.outcomes = database.outcomes(run);
  std::erase_if(found.outcomes, [layer](const SweepOutcome& one) {
    return one.heads.size() != 1 || one.heads.front().layer != layer;
  });
  std::optional<store::StoredTrajectory> trajectory = database.trajectory(run);
  if (!trajectory) throw InputError("a sweep that was made again holds no trajectory");
  found.trajectory = *std::move(trajectory);
  return found;
}

BitComparison compare(const Found& a, const Found& b) {
  BitComparison result = store::compare_bits(a.trajectory, b.trajectory);
  if (!std::ranges::equal(a.outcomes, b.outcomes, {}, &SweepOutcome::spec, &SweepOutcome::spec)) {
    throw InputError("a sweep that was made again holds other heads");
  }
  for (std::size_t i = 0; i < a.outcomes.size(); ++i) {
    result += store::compare_bits(a.outcomes[i], b.outcomes[i]);
  }
  return result;
}

void remove(const std::string& database) {
  for (const char* const suffix : {"", "-wal", "-shm"}) {
    std::error_code ignored;
    std::filesystem::remove(database + suffix, ignored);
  }
}

/// What a new process with `threads` threads finds, by way of the database `file`. One that an
/// interrupted process left there goes on where it was.
Found find_again(const StudyArguments& arguments, const StoredRun& run, const std::string& file,
                 int threads) {
  run_second_process(command_for(arguments, run, file, threads));
  Found found;
  {
    const auto database = store::SweepDatabase::open_for_reading(file);
    const std::vector<StoredRun> runs = database.runs();
    const auto same = std::ranges::find_if(runs, [&run](const StoredRun& one) {
      return one.settings == run.settings && one.model_fingerprint == run.model_fingerprint &&
             std::ranges::equal(one.prompt.tokens, run.prompt.tokens, {}, &Token::id, &Token::id);
    });
    if (same == runs.end()) throw InputError("a sweep that was made again is not to be found");
    found = read(database, same->id, arguments.layer);
  }
  remove(file);
  return found;
}

/// Half as many threads, or two in place of one; nullopt on one core.
std::optional<int> other_than(int threads, int cores) {
  if (threads > 1) return threads / 2;
  return cores > 1 ? std::optional(2) : std::nullopt;
}

}  // namespace

Repetition repeat_study(const StudyArguments& arguments, const StudyFolder& folder,
                        const store::SweepDatabase& database, const StoredRun& run) {
  const int cores = support::resolve_threads(0);
  const int asked = arguments.silence.threads;
  Repetition repetition;
  repetition.threads = asked == 0 ? cores : std::min(asked, cores);
  repetition.other_threads = other_than(repetition.threads, cores);
  const Found first = read(database, run.id, arguments.layer);
  const Found second = find_again(arguments, run, folder.second_process(), repetition.threads);
  const BitComparison by_process = compare(first, second);
  repetition.n_heads = static_cast<std::int64_t>(first.outcomes.size());
  repetition.n_values = by_process.n_values;
  repetition.n_process = by_process.n_different;
  if (repetition.other_threads) {
    const Found third =
        find_again(arguments, run, folder.other_threads(), *repetition.other_threads);
    repetition.n_threads = compare(second, third).n_different;
  }
  return repetition;
}

}  // namespace tacet::cli
