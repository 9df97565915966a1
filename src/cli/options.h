#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/App.hpp>

#include "cli/replacement.h"
#include "cli/sweep_prompts.h"
#include "cli/terminal.h"
#include "tacet/intervention.h"
#include "tacet/silence.h"
#include "tacet/sweep.h"

namespace tacet::cli {

/// `--format`.
enum class Format { table, json, csv };

/// Name as the command line spells it.
std::string_view to_string(Format format);

/// Which model runs.
struct ModelOptions {
  std::string model = "mini";  ///< "mini", a folder, or an id that the hub's cache knows
  std::optional<std::string> revision = {};  ///< of an id in the cache; else main
  bool is_named = false;                     ///< --model was given
  bool pull = false;                         ///< fetch it when the cache has not got it
};

/// Where the prompt comes from: exactly one of the three.
struct PromptOptions {
  std::optional<std::string> text;
  std::optional<std::string> file;  ///< "-" for standard input
  std::optional<std::string> token_ids;
  bool prepend_bos = false;
};

/// What is silenced, as written.
struct CutOptions {
  std::optional<std::string> heads;
  std::optional<int> layer;
  std::optional<int> head;
  std::string at = "all";
  SliceMode mode;
  ReplacementOptions replacement = {};
};

/// What a sweep silences, as written: each intervention of the SPEC by itself.
struct SweepCutOptions {
  std::string heads = "all";
  std::string at = "all";
  SliceMode mode;  ///< the first of `modes` where these are several
  ReplacementOptions replacement = {};
  bool at_given = false;
  std::vector<SliceMode> modes = {};           ///< of a list in --mode; else empty
  std::optional<std::string> compare_at = {};  ///< sets of positions that are compared
};

/// Where a sweep's results are kept, and what of them is shown.
struct SweepStoreOptions {
  std::optional<std::string> database;
  bool show = false;
  std::vector<std::vector<std::int64_t>> runs = {};  ///< with --show: groups, compared if several
  Metric metric = Metric::late;
  int top = 10;
  bool holdout = false;
  std::optional<std::uint64_t> seed;
};

/// Where `report` and `figure` take their results from, as written.
struct PageSource {
  std::optional<std::string> database;
  std::optional<std::string> json;
  std::optional<int> run;
  std::optional<std::string> heads;  ///< those that are shown first
  std::optional<std::string> model;  ///< for the pairs; else the run's own where it is there
  std::optional<std::string> revision;
  std::optional<std::string> pairs;  ///< SPEC of the heads whose pairs are shown, or "none"
};

/// The page that a command writes beside its result.
struct ReportOptions {
  std::optional<std::string> file;
  std::optional<std::string> pairs;  ///< SPEC of the heads whose pairs it shows, or "none"
};

/// Where the result goes and how it looks.
struct OutputOptions {
  Format format = Format::table;
  std::optional<std::string> out;
  bool quiet = false;
  bool verbose = false;
  bool no_progress = false;
  ColorMode color = ColorMode::automatic;
};

// Each declares its options once; the structs must live as long as the app. Defaults that are
// shown are the values that the structs hold.

/// --model, --revision and --pull.
void declare_model(CLI::App& app, ModelOptions& options);
/// The argument PROMPT, --prompt-file, --token-ids and --prepend-bos.
void declare_prompt(CLI::App& app, PromptOptions& options);
/// The arguments PROMPT..., --prompts, --prompt-file, --token-ids and --prepend-bos.
void declare_source(CLI::App& app, SweepSource& source);
/// --heads, --layer, --head, --at, --mode and what stands beside it.
void declare_cut(CLI::App& app, CutOptions& options);
/// --at and --mode with what stands beside it: one cut for a whole study.
void declare_study_cut(CLI::App& app, SweepCutOptions& options);
/// --heads, --at, --compare-at, --mode, which takes a list, and what stands beside it.
void declare_sweep_cut(CLI::App& app, SweepCutOptions& options);
/// --db, --show, --run, --metric, --top, --holdout and --seed.
void declare_sweep_store(CLI::App& app, SweepStoreOptions& options);
/// --threads.
void declare_threads(CLI::App& app, int& threads);
void declare_threads(CLI::App& app, SilenceOptions& options);
void declare_memory(CLI::App& app, std::uint64_t& memory);
void declare_dump(CLI::App& app, std::optional<std::string>& dump, const std::string& contents);
/// --report.
void declare_report_file(CLI::App& app, ReportOptions& options);
/// --report-pairs, beside --report.
void declare_report_pairs(CLI::App& app, ReportOptions& options);
/// --db, --json, --run, --heads, --model, --revision and --pairs.
void declare_page_source(CLI::App& app, PageSource& source);
/// --out FILE.html and --title.
void declare_page_file(CLI::App& app, OutputOptions& options, std::optional<std::string>& title);
/// --format, --out and --color.
void declare_output(CLI::App& app, OutputOptions& options);
void declare_quiet(CLI::App& app, OutputOptions& options);
void declare_verbose(CLI::App& app, OutputOptions& options);
void declare_progress(CLI::App& app, OutputOptions& options);
/// The argument TEXT, --prompt-file and --no-special.
void declare_text(CLI::App& app, PromptOptions& options, bool& no_special);
/// The arguments FOLDER...
void declare_folders(CLI::App& app, std::vector<std::string>& folders);

/// Throws UsageError when options contradict each other.
void check_output(const OutputOptions& options);

/// The one intervention that is asked for, in a model of n_layer x n_head; positions are left at
/// their default. Throws UsageError when none or several are named, or heads are written in two
/// ways or lie outside the shape.
Intervention resolve_cut(const CutOptions& options, int n_layer, int n_head);

}  // namespace tacet::cli
