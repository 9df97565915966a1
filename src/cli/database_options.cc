#include "cli/database_options.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/declare.h"
#include "cli/output.h"
#include "cli/run_list.h"
#include "cli/signals.h"
#include "cli/values.h"
#include "store/sweep_schema.h"
#include "tacet/error.h"

namespace tacet::cli {
namespace {

/// Options of predict and patch that --show can be given with.
constexpr std::array<std::string_view, 9> kShowResultOptions = {
    "--db",    "--show",  "--run",     "--format",     "--out",
    "--color", "--quiet", "--verbose", "--no-progress"};

template <typename Result>
void keep_result(store::SweepDatabase& database, const std::string& file, const Model& model,
                 const Result& result, bool quiet) {
  const SignalDeferral deferral;
  const store::WrittenRun written = database.write(model, result);
  if (quiet) return;
  switch (written.outcome) {
    case store::WrittenRun::Outcome::made:
      print_message("note", fmt::format("'{}' has the result as run {}", file, written.id));
      break;
    case store::WrittenRun::Outcome::kept:
      print_message("note", fmt::format("'{}' had the same result, bit for bit, as run {} already",
                                        file, written.id));
      break;
    case store::WrittenRun::Outcome::replaced:
      print_message("note", fmt::format("'{}' had other numbers as run {}, as another kind of "
                                        "machine gives them; they are replaced",
                                        file, written.id));
      break;
  }
}

}  // namespace

void declare_database(CLI::App& app, DatabaseOptions& options) {
  const auto set_run = [&options](const std::string& text) {
    options.run = parse_int("--run", text, 0, kAnyNumber);
  };
  for (CLI::Option* const option :
       {add_text(app, "--db", "FILE", options.database,
                 "Keep the result in this SQLite database too, beside those of other commands."),
        add_flag(app, "--show", options.show,
                 "Show what the database holds; runs nothing and needs no model."),
        add_value(app, "--run", "N", set_run,
                  "With --show: the run of this id, in place of the first.")}) {
    option->group("Results");
  }
}

void check_show(const CLI::App& app, std::span<const std::string_view> allowed,
                std::string_view noun) {
  for (const CLI::Option* const option : app.get_options()) {
    if (option->count() == 0) continue;
    const std::string name = option->get_positional() ? option->get_name(true, false)
                                                      : "--" + option->get_lnames().front();
    if (std::ranges::find(allowed, name) != allowed.end()) continue;
    throw UsageError(fmt::format(
        "--show prints what the database holds, and {} says how {} is made; leave out one of the "
        "two",
        name, noun));
  }
}

void check_database(const CLI::App& app, const DatabaseOptions& options) {
  if (options.show && !options.database) {
    throw UsageError("no database is named; give --db FILE, whose results --show shows");
  }
  if (options.run && !options.show) {
    throw UsageError("--run chooses what --show shows; give --show too, or leave it out");
  }
  if (options.show) check_show(app, kShowResultOptions, "a result");
}

store::SweepDatabase open_for_writing(const std::filesystem::path& file, bool quiet) {
  const SignalDeferral deferral;
  auto database = store::SweepDatabase::open_for_writing(file);
  const auto& upgrade = database.upgrade();
  if (upgrade && !quiet) {
    print_message(
        "note",
        fmt::format("'{}' had tables of version {} and has those of version {} now; as it "
                    "was it is kept in '{}'",
                    file.string(), upgrade->from, store::kSchemaVersion, upgrade->copy.string()));
  }
  return database;
}

void keep(store::SweepDatabase& database, const std::string& file, const Model& model,
          const PredictResult& result, bool quiet) {
  keep_result(database, file, model, result, quiet);
}

void keep(store::SweepDatabase& database, const std::string& file, const Model& model,
          const PatchResult& result, bool quiet) {
  keep_result(database, file, model, result, quiet);
}

store::WrittenRun keep_one(store::SweepDatabase& database, const Model& model,
                           const PredictResult& result, const std::string& prompt_id,
                           const std::string& prompt_group) {
  const SignalDeferral deferral;
  return database.write(model, result, prompt_id, prompt_group);
}

void note_kept(const std::vector<store::WrittenRun>& runs, const std::string& file) {
  std::vector<std::int64_t> ids;
  std::size_t n_kept = 0;
  std::size_t n_replaced = 0;
  for (const store::WrittenRun& run : runs) {
    ids.push_back(run.id);
    if (run.outcome == store::WrittenRun::Outcome::kept) ++n_kept;
    if (run.outcome == store::WrittenRun::Outcome::replaced) ++n_replaced;
  }
  std::string text = fmt::format("'{}' has the results as {}", file, run_names(ids));
  if (n_kept > 0) text += fmt::format("; {} stood there already, bit for bit", n_kept);
  if (n_replaced > 0) text += fmt::format("; {} had other numbers, which are replaced", n_replaced);
  print_message("note", text);
}

ShownRun choose_run(const store::SweepDatabase& database, store::Experiment experiment,
                    std::optional<int> id) {
  const std::string_view name = to_string(experiment);
  std::vector<std::int64_t> ids;
  for (const store::RunHeader& run : database.runs_of(experiment)) ids.push_back(run.id);
  if (ids.empty()) {
    throw InputError(fmt::format(
        "the database holds no results of tacet {0} yet; make one with tacet {0} --db", name));
  }
  if (id) {
    if (std::ranges::find(ids, std::int64_t{*id}) != ids.end()) return {.id = *id, .others = ""};
    throw InputError(fmt::format("the database has no run {} of tacet {}; its runs of it are {}",
                                 *id, name, fmt::join(ids, ", ")));
  }
  ShownRun shown{.id = ids.front(), .others = ""};
  ids.erase(ids.begin());
  if (!ids.empty()) {
    shown.others = fmt::format("Also of tacet {}: {}; --run shows one.", name, run_names(ids));
  }
  return shown;
}

std::string stored_note(const store::RunHeader& run, const ShownRun& shown, const std::string& file,
                        const View& view) {
  if (view.quiet) return "";
  std::string text = fmt::format("Run {} of {}, made by tacet {}.", run.id, file, run.tool_version);
  if (!shown.others.empty()) text += " " + shown.others;
  return "\n" + paragraph(text, view, Ink::dim);
}

}  // namespace tacet::cli
