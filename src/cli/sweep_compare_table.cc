#include "cli/sweep_compare_table.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include <fmt/format.h>

#include "cli/comparison_table.h"
#include "cli/sweep_head.h"
#include "cli/sweep_map.h"
#include "cli/width.h"
#include "support/utf8.h"

namespace tacet::cli {
namespace {

using store::StoredRun;
using store::SweepListing;

std::string runs_text(const SweepListing& listing) {
  const std::vector<StoredRun>& runs = listing.runs;
  if (runs.size() == 1) return fmt::format("run {}", runs.front().id);
  return fmt::format("runs {}-{}", runs.front().id, runs.back().id);
}

/// Whether all variants are of the same prompts, by their ids.
bool of_the_same_prompts(const std::vector<SweepListing>& listings) {
  const auto same = [](const StoredRun& a, const StoredRun& b) {
    return std::ranges::equal(a.prompt.tokens, b.prompt.tokens, {}, &Token::id, &Token::id);
  };
  return std::ranges::all_of(listings, [&](const SweepListing& listing) {
    return std::ranges::equal(listing.runs, listings.front().runs, same);
  });
}

/// The prompt of a variant, or how many it has.
std::string prompt_text(const SweepListing& listing) {
  constexpr std::size_t kWidest = 60;
  if (listing.runs.size() > 1) return fmt::format("{} prompts", listing.runs.size());
  const Prompt& prompt = listing.runs.front().prompt;
  if (prompt.text.empty()) return fmt::format("{} token ids", prompt.tokens.size());
  return fmt::format("\"{}\"", truncate(support::escape_for_display(prompt.text), kWidest));
}

/// One line for each variant: its name, its runs, how it cuts, and its prompts where they differ.
std::string variant_fields(const ShownVariants& shown, const View& view) {
  const std::vector<SweepListing>& listings = shown.variants.listings;
  const store::RunSettings& first = listings.front().runs.front().settings;
  std::string out;
  for (std::size_t k = 0; k < listings.size(); ++k) {
    const SweepListing& listing = listings[k];
    const store::RunSettings& settings = listing.runs.front().settings;
    std::string text = fmt::format(
        "{}: {}, → {}, {}", support::escape_for_display(shown.variants.comparison.variants[k].name),
        runs_text(listing), to_string(settings.mode), where_text(listing));
    if (!of_the_same_prompts(listings)) text += ", " + prompt_text(listing);
    if (settings.test != first.test) text += fmt::format(", {}", to_string(settings.test));
    if (shown.n_found[k] > 0) {
      text += fmt::format("; {} of {} were there already", shown.n_found[k],
                          listing.summary.heads.size() * listing.runs.size());
    }
    out += field(k == 0 ? "compared" : "", text, view);
  }
  return out;
}

/// All variants' maps, in one scale that stands below the last.
std::string maps(const ShownVariants& shown, Metric metric, const View& view) {
  std::vector<SweepSummary> summaries;
  for (const SweepListing& listing : shown.variants.listings) summaries.push_back(listing.summary);
  View above = view;
  above.quiet = true;
  std::string out;
  for (std::size_t k = 0; k < summaries.size(); ++k) {
    const std::string name =
        support::escape_for_display(shown.variants.comparison.variants[k].name);
    const bool is_last = k + 1 == summaries.size();
    const std::string map =
        render_map(summaries[k], metric, is_last ? view : above, name, summaries);
    if (!map.empty()) out += map + "\n";
  }
  return out;
}

}  // namespace

std::string render_sweep_comparison(const ShownVariants& shown, const SweepTableOptions& options,
                                    const View& view) {
  const SweepListing& first = shown.variants.listings.front();
  const Comparison& comparison = shown.variants.comparison;
  const bool single = std::ranges::all_of(
      comparison.heads, [](const ComparedHead& head) { return head.heads.size() == 1; });
  std::string out = field("model", model_line(model_of(first.runs.front())), view);
  out +=
      field("silenced",
            fmt::format("{} {}{}, each by itself", comparison.heads.size(),
                        single ? "head" : "intervention", comparison.heads.size() == 1 ? "" : "s"),
            view);
  out += variant_fields(shown, view);
  out += field("test", test_text(first), view);
  const std::string settings = settings_text(first.runs.front().settings);
  if (!settings.empty()) out += field("settings", settings, view);
  out += field("database", support::escape_for_display(options.database), view) + "\n";
  if (of_the_same_prompts(shown.variants.listings)) out += sweep_prompts(first, view) + "\n";
  out += maps(shown, options.metric, view);
  out += render_comparison(comparison, options.top, view);
  if (view.quiet) return out;
  std::string remarks;
  for (const std::string& remark : options.remarks) {
    remarks += paragraph(remark, view, Ink::warning);
  }
  if (!remarks.empty()) out += "\n" + remarks;
  return out + "\n" +
         paragraph(fmt::format("Each by itself, with its lists, pairs of words and tests: --show "
                               "--run {}, and so on for the others.",
                               first.runs.size() == 1 ? fmt::format("{}", first.runs.front().id)
                                                      : fmt::format("{}-{}", first.runs.front().id,
                                                                    first.runs.back().id)),
                   view, Ink::dim);
}

}  // namespace tacet::cli
