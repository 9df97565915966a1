#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/App.hpp>

#include "cli/options.h"
#include "cli/view.h"
#include "store/sweep_database.h"

namespace tacet::cli {

/// Where predict and patch keep their results, and whether what is kept there is shown.
struct DatabaseOptions {
  std::optional<std::string> database;
  bool show = false;
  std::optional<int> run;
};

/// --db, --show and --run.
void declare_database(CLI::App& app, DatabaseOptions& options);

/// Throws UsageError for options that contradict each other, and with --show for every option that
/// says how a result is made.
void check_database(const CLI::App& app, const DatabaseOptions& options);

/// Throws UsageError when --show stands beside an option that is not among `allowed`. `noun` is
/// what the others say how to make: "a sweep".
void check_show(const CLI::App& app, std::span<const std::string_view> allowed,
                std::string_view noun);

/// Opens the database for writing; a signal waits until that is done. Says on standard error,
/// unless `quiet`, that it was brought to this version. Throws OutputError.
store::SweepDatabase open_for_writing(const std::filesystem::path& file, bool quiet);

/// Writes one result; a signal waits until it is whole. Says on standard error, unless `quiet`,
/// what became of it. Throws OutputError.
void keep(store::SweepDatabase& database, const std::string& file, const Model& model,
          const PredictResult& result, bool quiet);
void keep(store::SweepDatabase& database, const std::string& file, const Model& model,
          const PatchResult& result, bool quiet);

/// The same for one of many results, of which `note_kept` tells together.
store::WrittenRun keep_one(store::SweepDatabase& database, const Model& model,
                           const PredictResult& result, const std::string& prompt_id,
                           const std::string& prompt_group);
void note_kept(const std::vector<store::WrittenRun>& runs, const std::string& file);

/// The run that --show shows.
struct ShownRun {
  std::int64_t id = 0;
  std::string others;  ///< the other runs, in a sentence; empty without any
};

/// The run `id` of the experiment, or else its first. Throws InputError when there is none.
ShownRun choose_run(const store::SweepDatabase& database, store::Experiment experiment,
                    std::optional<int> id);

/// What stands under the table of a stored run: where it comes from, and what else is there.
std::string stored_note(const store::RunHeader& run, const ShownRun& shown, const std::string& file,
                        const View& view);

}  // namespace tacet::cli
