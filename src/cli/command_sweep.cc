#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/database_options.h"
#include "cli/follow.h"
#include "cli/measure_options.h"
#include "cli/model_input.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/page_pairs.h"
#include "cli/page_source.h"
#include "cli/progress.h"
#include "cli/run_settings.h"
#include "cli/sweep_across.h"
#include "cli/sweep_compare.h"
#include "cli/sweep_follow.h"
#include "cli/sweep_prompts.h"
#include "cli/sweep_run.h"
#include "cli/sweep_selection.h"
#include "cli/sweep_table.h"
#include "cli/variants.h"
#include "store/sweep_json.h"
#include "tacet/error.h"

namespace tacet::cli {
namespace {

constexpr const char* kSweepDescription =
    "Silence every head, each by itself, and keep the results in a database.\n\n"
    "What `tacet silence` tells of one head, for all of them and for many prompts: which heads "
    "connect tokens, which keep them apart, where their ripples begin. Every number is the one "
    "that "
    "silence gives.\n\n"
    "The results stand in a SQLite database, written as they are found. The same command started "
    "again goes on where it was, after an interruption too; other prompts, heads and settings are "
    "added beside what is there. Any SQLite program can read it, even while a sweep writes.";

constexpr const char* kSweepExamples =
    "Examples:\n"
    "  tacet sweep --db sweep.db \"I told my friend that pineapple on pizza is a crime.\"\n"
    "  tacet sweep --db sweep.db --heads '3.*' --at 'text: pizza' \"Mary likes pizza a lot\"\n"
    "  tacet sweep --db sweep.db --heads L3H5+L4H2,L3H5 \"Berlin is the capital of\"\n"
    "  tacet sweep --db sweep.db --noise-floor \"Berlin is the capital of\"\n"
    "  tacet sweep --db sweep.db --mode mean \"Berlin is the capital of\"\n"
    "  tacet sweep --db sweep.db --mode zero,mean \"Berlin is the capital of\"\n"
    "  tacet sweep --db sweep.db --compare-at all,-1 \"Berlin is the capital of\"\n"
    "  tacet sweep --db sweep.db --show --run 1,2\n"
    "  tacet sweep --db sweep.db --pair Mary,pizza \"Mary likes pizza and John cheese\"\n"
    "  tacet sweep --db sweep.db --report sweep.html \"Berlin is the capital of\"\n"
    "  tacet sweep --db many.db --model ./gpt2-medium --prompts prompts.jsonl --holdout\n"
    "  tacet sweep --db sweep.db --show --metric onset\n"
    "  tacet sweep --db sweep.db --show --format csv --out heads.csv\n"
    "  tacet sweep --db many.db --model ./gpt2-medium --prompts prompts.txt --memory 2GiB\n";

/// Options that --show can be given with; the others say how a sweep is made.
constexpr std::array<std::string_view, 15> kShowSweepOptions = {
    "--db",    "--show",  "--run",     "--metric",      "--top",     "--heads", "--format", "--out",
    "--color", "--quiet", "--verbose", "--no-progress", "--holdout", "--seed",  "--test"};

void check(const SweepArguments& arguments, const CLI::App& app) {
  check_output(arguments.output);
  if (!arguments.store.database) {
    throw UsageError("no database is named; give --db FILE, which keeps the results");
  }
  if (arguments.report.pairs && !arguments.report.file) {
    throw UsageError("--report-pairs says what the page of --report shows; give --report FILE too");
  }
  if (arguments.store.holdout && arguments.output.format == Format::csv) {
    throw UsageError("--holdout has no place in the CSV; give --format table or json");
  }
  if (arguments.store.holdout && arguments.store.top == 0) {
    throw UsageError("--holdout chooses as many heads as --top says, and that is 0; give more");
  }
  if (arguments.store.show) {
    check_show(app, kShowSweepOptions, "a sweep");
    if (arguments.store.runs.size() > 1) check_compared(arguments);
  } else if (!arguments.store.runs.empty()) {
    throw UsageError("--run chooses what --show shows; give --show too, or leave it out");
  } else {
    check_source(arguments.source);
    if (cut_variants(arguments.cut).size() > 1) check_compared(arguments);
  }
}

void print_listing(const store::SweepListing& listing, const SweepArguments& arguments,
                   std::int64_t n_found, const std::vector<std::string>& remarks,
                   const Terminal& terminal) {
  std::string text;
  switch (arguments.output.format) {
    case Format::json:
      text = store::sweep_json(listing);
      break;
    case Format::csv:
      text = store::sweep_csv(listing);
      break;
    case Format::table: {
      const SweepTableOptions options{.metric = arguments.store.metric,
                                      .top = static_cast<std::size_t>(arguments.store.top),
                                      .database = *arguments.store.database,
                                      .n_found = n_found,
                                      .remarks = remarks};
      text = render_sweep(listing, options, view_for(arguments.output, terminal));
      break;
    }
  }
  write_result(text, arguments.output.out);
}

/// The one test that --show's marks follow; nullopt for the one that the runs were made with.
std::optional<Test> shown_test(const SilenceOptions& options, bool given) {
  if (!given) return std::nullopt;
  if (!options.tests_beside.empty()) {
    throw UsageError("--show marks what one test calls significant; give --test one name");
  }
  return options.test;
}

void run_show(const SweepArguments& arguments, const CLI::App& app, const Terminal& terminal) {
  const bool heads_given = app.count("--heads") > 0;
  const auto test = shown_test(arguments.options.silence, app.count("--test") > 0);
  const auto heads = heads_given ? std::optional(arguments.cut.heads) : std::nullopt;
  const auto database = store::SweepDatabase::open_for_reading(*arguments.store.database);
  if (arguments.store.runs.size() > 1) {
    print_variants(read_variants(database, heads, test, arguments), arguments, terminal);
    return;
  }
  const SweepSelection selection =
      arguments.store.runs.empty() ? select_runs(database, std::nullopt, heads)
                                   : select_group(database, arguments.store.runs.front(), heads);
  store::SweepListing listing = read_sweep(database, selection.ids, selection.specs, test);
  add_across(listing, arguments);
  print_listing(listing, arguments, /*n_found=*/0, selection.remarks, terminal);
}

void write_report(const SweepArguments& arguments, const SweepPlan& plan, const Model& model,
                  const store::SweepDatabase& database, const Terminal& terminal) {
  report::PageContent content = content_of(database, plan.runs, plan.specs);
  const OutputOptions& output = arguments.output;
  Progress progress(terminal.error_is_terminal && !output.no_progress && !output.quiet);
  if (arguments.report.pairs == "none") {
    content.left_out.push_back(
        "The matrices of pairs are left out: --report-pairs none asked for it.");
  } else {
    add_pairs(content, model, arguments.report.pairs, arguments.options.silence.threads, progress);
  }
  write_page(content, *arguments.report.file);
}

/// With --seed in its place among the settings, where a test asks for it: other runs are the same
/// for every seed.
SweepArguments seeded(SweepArguments arguments) {
  ResamplingOptions& resampling = arguments.options.silence.resampling;
  if (!draws_at_random(arguments.options.silence)) {
    resampling = {};
  } else if (arguments.store.seed) {
    resampling.seed = *arguments.store.seed;
  }
  return arguments;
}

void run_sweep(const SweepArguments& arguments, const Terminal& terminal) {
  const Model model = load_model(arguments.model, arguments.output);
  // What is wrong with the SPEC or a prompt is said before the database is made.
  parse_heads(arguments.cut.heads, model.config().n_layer, model.config().n_head);
  check_cosine(arguments, model);
  const std::vector<CutVariant> variants = cut_variants(arguments.cut);
  std::vector<SweepInput> inputs =
      resolve_inputs(arguments.source, variants.front().cut.at,
                     arguments.options.silence.exclude_first, model, arguments.output.quiet);
  resolve_followed(arguments.follow, inputs);
  std::vector<std::string> groups;
  for (const SweepInput& input : inputs) groups.push_back(input.group);
  check_across(arguments, groups);
  if (variants.size() > 1) {
    sweep_variants(arguments, variants, model, std::move(inputs), terminal);
    return;
  }
  Replacement replacement = replacement_of(arguments, model);
  auto database = open_for_writing(*arguments.store.database, arguments.output.quiet);
  const SweepPlan plan = plan_sweep(arguments, model, inputs, replacement, database);
  carry_out(plan, arguments, model, database, terminal);
  if (arguments.report.file) write_report(arguments, plan, model, database, terminal);
  store::SweepListing listing = read_sweep(database, plan.runs, plan.specs);
  add_across(listing, arguments);
  print_listing(listing, arguments, plan.n_found, /*remarks=*/{}, terminal);
}

}  // namespace

Command declare_sweep(CLI::App& root) {
  CLI::App* const app = root.add_subcommand("sweep", kSweepDescription);
  app->footer(kSweepExamples);
  const auto arguments = std::make_shared<SweepArguments>();
  declare_sweep_store(*app, arguments->store);
  declare_sweep_cut(*app, arguments->cut);
  declare_model(*app, arguments->model);
  declare_source(*app, arguments->source);
  declare_measure(*app, arguments->options.silence);
  declare_noise_floor(*app, arguments->options.noise_draws);
  declare_follow(*app, arguments->follow);
  declare_testing(*app, arguments->options.silence, /*with_all=*/true);
  declare_draws(*app, arguments->options.silence.resampling.draws);
  declare_output(*app, arguments->output);
  declare_report_file(*app, arguments->report);
  declare_report_pairs(*app, arguments->report);
  declare_quiet(*app, arguments->output);
  declare_verbose(*app, arguments->output);
  declare_progress(*app, arguments->output);
  declare_threads(*app, arguments->options.silence);
  declare_memory(*app, arguments->options.memory);
  return {app, [arguments, app](const Terminal& terminal) {
            check(*arguments, *app);
            if (arguments->store.show) {
              run_show(*arguments, *app, terminal);
            } else {
              run_sweep(seeded(*arguments), terminal);
            }
          }};
}

}  // namespace tacet::cli
