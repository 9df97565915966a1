#include "cli/sweep_compare.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/database_options.h"
#include "cli/output.h"
#include "cli/prompt_input.h"
#include "cli/run_settings.h"
#include "cli/sweep_across.h"
#include "cli/sweep_compare_table.h"
#include "cli/sweep_selection.h"
#include "tacet/error.h"

namespace tacet::cli {
namespace {

using store::StoredRun;
using store::SweepListing;

/// The arguments of one variant by itself.
SweepArguments with_cut(SweepArguments arguments, const SweepCutOptions& cut) {
  arguments.cut = cut;
  return arguments;
}

/// The positions that every variant cuts at in every prompt.
std::vector<std::vector<std::vector<int>>> all_positions(std::span<const CutVariant> variants,
                                                         std::span<const SweepInput> inputs) {
  std::vector<std::vector<std::vector<int>>> positions;
  for (const CutVariant& variant : variants) {
    positions.emplace_back();
    for (const SweepInput& input : inputs) {
      try {
        positions.back().push_back(resolve_positions(variant.cut.at, input.prompt));
      } catch (const UsageError& error) {
        if (input.name.empty()) throw;
        throw UsageError(fmt::format("{}: {}", input.name, error.what()));
      }
    }
  }
  return positions;
}

store::SweepVariants compared(std::vector<SweepListing> listings,
                              std::span<const std::string> names, std::string by) {
  std::vector<SweepSummary> summaries;
  summaries.reserve(listings.size());
  for (const SweepListing& listing : listings) summaries.push_back(listing.summary);
  Comparison comparison = compare_sweeps(summaries, names, std::move(by));
  return {.listings = std::move(listings), .comparison = std::move(comparison)};
}

std::string ids_text(const SweepListing& listing) {
  std::vector<std::int64_t> ids;
  for (const StoredRun& run : listing.runs) ids.push_back(run.id);
  return fmt::format("{}", fmt::join(ids, "+"));
}

/// The positions of all runs of a listing as --compare-at would name them, if there is a name that
/// serves them all: "all", "-1", "0+2".
std::optional<std::string> positions_name(const SweepListing& listing) {
  const auto all_of = [&listing](auto is_so) { return std::ranges::all_of(listing.runs, is_so); };
  const std::vector<int>& first = listing.runs.front().settings.positions;
  if (all_of([](const StoredRun& run) { return run.settings.positions.empty(); })) return "all";
  if (all_of([](const StoredRun& run) {
        const int last = static_cast<int>(run.prompt.tokens.size()) - 1;
        return run.settings.positions == std::vector<int>{last};
      })) {
    return "-1";
  }
  if (all_of([&first](const StoredRun& run) { return run.settings.positions == first; })) {
    return fmt::format("{}", fmt::join(first, "+"));
  }
  return std::nullopt;
}

/// Whether the listings are of the same prompts and, but for what `forget` makes equal, settings.
bool alike(std::span<const SweepListing> listings,
           const std::function<void(store::RunSettings&)>& forget) {
  const std::vector<StoredRun>& first = listings.front().runs;
  return std::ranges::all_of(listings, [&](const SweepListing& listing) {
    return std::ranges::equal(listing.runs, first, [&](const StoredRun& a, const StoredRun& b) {
      store::RunSettings own = a.settings;
      store::RunSettings other = b.settings;
      forget(own);
      forget(other);
      return own == other &&
             std::ranges::equal(a.prompt.tokens, b.prompt.tokens, {}, &Token::id, &Token::id);
    });
  });
}

/// What the listings are called, and by what they differ.
std::pair<std::vector<std::string>, std::string> names_of(std::span<const SweepListing> listings) {
  std::vector<std::string> modes;
  std::vector<std::string> positions;
  std::vector<std::string> runs;
  for (const SweepListing& listing : listings) {
    modes.push_back(to_string(listing.runs.front().settings.mode));
    const std::optional<std::string> name = positions_name(listing);
    if (name) positions.push_back(*name);
    runs.push_back("run " + ids_text(listing));
  }
  const auto differ = [&listings](const std::vector<std::string>& names) {
    return std::set<std::string>(names.begin(), names.end()).size() == listings.size();
  };
  if (differ(modes) && alike(listings, [](store::RunSettings& settings) {
        settings.mode = {};
        settings.reference.reset();
      })) {
    return {modes, "mode"};
  }
  if (differ(positions) &&
      alike(listings, [](store::RunSettings& settings) { settings.positions.clear(); })) {
    return {positions, "positions"};
  }
  return {runs, "run"};
}

}  // namespace

void check_compared(const SweepArguments& arguments) {
  if (arguments.store.holdout) {
    throw UsageError(
        "--holdout tests the heads of one sweep, and several are compared; leave it out, or give "
        "one --mode and --at");
  }
  if (arguments.report.file) {
    throw UsageError(
        "--report shows one sweep, and several are compared; leave it out, and make a page of each "
        "with `tacet report --db FILE --run ID`");
  }
}

void sweep_variants(const SweepArguments& arguments, std::span<const CutVariant> variants,
                    const Model& model, std::vector<SweepInput> inputs, const Terminal& terminal) {
  const auto positions = all_positions(variants, inputs);
  std::vector<Prompt> prompts;
  prompts.reserve(inputs.size());
  for (const SweepInput& input : inputs) prompts.push_back(input.prompt);
  check_positions_differ(variants, positions, prompts);
  // All references are read before the database is made.
  std::vector<Replacement> replacements;
  std::shared_ptr<const ReferenceCorpus> corpus;
  for (const CutVariant& variant : variants) {
    replacements.push_back(replacement_of(with_cut(arguments, variant.cut), model, corpus));
    if (replacements.back().shared_corpus()) corpus = replacements.back().shared_corpus();
  }
  auto database = open_for_writing(*arguments.store.database, arguments.output.quiet);
  ShownVariants shown;
  std::vector<SweepPlan> plans;
  std::vector<std::string> names;
  for (std::size_t k = 0; k < variants.size(); ++k) {
    const SweepArguments own = with_cut(arguments, variants[k].cut);
    for (std::size_t i = 0; i < inputs.size(); ++i) inputs[i].positions = positions[k][i];
    plans.push_back(plan_sweep(own, model, inputs, replacements[k], database));
    carry_out(plans.back(), own, model, database, terminal);
    names.push_back(variants[k].name);
    shown.n_found.push_back(plans.back().n_found);
  }
  std::vector<SweepListing> listings;
  for (const SweepPlan& plan : plans) {
    listings.push_back(read_sweep(database, plan.runs, plan.specs));
    add_across(listings.back(), arguments);
  }
  shown.variants = compared(std::move(listings), names, variants_by(arguments.cut));
  print_variants(shown, arguments, terminal);
}

ShownVariants read_variants(const store::SweepDatabase& database,
                            const std::optional<std::string>& heads, std::optional<Test> test,
                            const SweepArguments& arguments) {
  std::vector<SweepSelection> groups;
  std::set<std::string> specs;
  std::set<std::string> all;
  for (const std::vector<std::int64_t>& ids : arguments.store.runs) {
    groups.push_back(select_group(database, ids, heads));
    const std::set<std::string>& own = groups.back().specs;
    if (groups.size() == 1) specs = own;
    std::erase_if(specs, [&own](const std::string& spec) { return !own.contains(spec); });
    all.insert(own.begin(), own.end());
  }
  if (specs.empty()) {
    throw InputError("the runs that --run names hold no interventions in common; compare others");
  }
  ShownVariants shown;
  if (specs.size() < all.size()) {
    shown.remarks.push_back(fmt::format("Left out: {} interventions that not all of the runs hold.",
                                        all.size() - specs.size()));
  }
  std::vector<SweepListing> listings;
  for (const SweepSelection& group : groups) {
    listings.push_back(read_sweep(database, group.ids, specs, test));
    const StoredRun& first = listings.front().runs.front();
    const StoredRun& run = listings.back().runs.front();
    if (run.model_fingerprint != first.model_fingerprint) {
      throw InputError(
          fmt::format("runs {} and {} are of two models, {} and {}; compare runs of one", first.id,
                      run.id, first.model_id, run.model_id));
    }
    add_across(listings.back(), arguments);
  }
  const auto [names, by] = names_of(listings);
  shown.n_found.assign(listings.size(), 0);
  shown.variants = compared(std::move(listings), names, by);
  return shown;
}

void print_variants(const ShownVariants& shown, const SweepArguments& arguments,
                    const Terminal& terminal) {
  std::string text;
  switch (arguments.output.format) {
    case Format::json:
      text = store::sweep_json(shown.variants);
      break;
    case Format::csv:
      text = store::sweep_csv(shown.variants);
      break;
    case Format::table:
      text = render_sweep_comparison(shown,
                                     {.metric = arguments.store.metric,
                                      .top = static_cast<std::size_t>(arguments.store.top),
                                      .database = *arguments.store.database,
                                      .remarks = shown.remarks},
                                     view_for(arguments.output, terminal));
      break;
  }
  write_result(text, arguments.output.out);
}

}  // namespace tacet::cli
