#include "cli/sweep_table.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "cli/across_table.h"
#include "cli/bars.h"
#include "cli/sweep_follow_table.h"
#include "cli/sweep_head.h"
#include "cli/sweep_list.h"
#include "cli/sweep_map.h"
#include "cli/test_names.h"
#include "cli/width.h"
#include "support/utf8.h"

namespace tacet::cli {
namespace {

using store::StoredRun;
using store::SweepListing;

bool is_single(const HeadSummary& head) {
  return head.heads.size() == 1;
}

std::string silenced_text(const SweepListing& listing) {
  const auto count = static_cast<std::int64_t>(listing.summary.heads.size());
  const bool single = std::ranges::all_of(listing.summary.heads, is_single);
  return fmt::format("{}, each by itself → {}, {}", plural(count, single ? "head" : "intervention"),
                     to_string(listing.runs.front().settings.mode), where_text(listing));
}

std::string database_text(const SweepListing& listing, const SweepTableOptions& options) {
  const StoredRun& first = listing.runs.front();
  const StoredRun& last = listing.runs.back();
  std::string text =
      fmt::format("{}, {}", support::escape_for_display(options.database),
                  listing.runs.size() == 1 ? fmt::format("run {}", first.id)
                                           : fmt::format("runs {}-{}", first.id, last.id));
  if (options.n_found > 0) {
    text += fmt::format("; {} of {} were there already", options.n_found,
                        listing.summary.heads.size() * listing.runs.size());
  }
  return text;
}

std::string head_fields(const SweepListing& listing, const SweepTableOptions& options,
                        const View& view) {
  const StoredRun& first = listing.runs.front();
  std::string out = field("model", model_line(model_of(first)), view);
  out += field("silenced", silenced_text(listing), view);
  out += field("test", test_text(listing), view);
  const std::string settings = settings_text(first.settings);
  if (!settings.empty()) out += field("settings", settings, view);
  return out + field("database", database_text(listing, options), view);
}

/// The map and the lists, each followed by an empty line.
std::string results(const SweepSummary& summary, const SweepTableOptions& options,
                    const View& view) {
  std::string out;
  const auto add = [&out](const std::string& part) {
    if (!part.empty()) out += part + "\n";
  };
  if (std::ranges::none_of(summary.heads, is_single)) {
    add(render_list(summary, ListKind::all, options.top, view));
    return out;
  }
  add(render_map(summary, options.metric, view));
  add(render_list(summary, ListKind::connectors, options.top, view));
  add(render_list(summary, ListKind::separators, options.top, view));
  return out;
}

std::string counts_text(const SweepSummary& summary) {
  return fmt::format("{} decouple (connectors), {} couple (separators), {} do nothing late",
                     summary.n_connectors, summary.n_separators, summary.n_none);
}

std::string count_fields(const SweepListing& listing, const View& view) {
  const SweepSummary& summary = listing.summary;
  std::string out = field(std::ranges::all_of(summary.heads, is_single) ? "heads" : "counted",
                          counts_text(summary), view);
  out += field("late alone",
               fmt::format("{} of the {} change nothing significant at their own block",
                           summary.n_late_only, summary.n_connectors + summary.n_separators),
               view);
  if (listing.noise) {
    out += field(
        "noise",
        fmt::format("moves Δ by {:.2g} at most; {} of the {} significant blocks lie within "
                    "ten times their own noise floor",
                    listing.noise->floor, listing.noise->n_near, listing.noise->n_significant),
        view);
  }
  return out;
}

/// One line for each test made beside the one that decides.
std::string beside_fields(const SweepListing& listing, const View& view) {
  std::string out;
  for (const auto& [test, summary] : listing.beside) {
    out += field(out.empty() ? "beside" : "",
                 fmt::format("{}: {}", to_string(test), counts_text(summary)), view);
  }
  return out;
}

std::string sweep_notes(const SweepListing& listing, const View& view) {
  std::string out;
  if (takes_pairs_as_independent(listing.runs.front().settings.test)) {
    out += paragraph(
        "The pairs share tokens, so they are not independent, and this test calls too much "
        "significant: it is the experiment's own yardstick, no proof. --test token-swap knows it.",
        view, Ink::dim);
  }
  std::string text =
      "Δ: silenced minus clean, mean over the pairs. Late: the last fifth of the blocks; a head is "
      "called by the sign of its late Δ. Own block: where it is silenced. Farthest: the block "
      "where "
      "Δ is farthest from 0; t and d_z are that block's. L3/4: block 3, hidden_states[4].";
  if (listing.runs.size() > 1) {
    text +=
        " Numbers are means over the prompts, p adj. their median; prompts: in how many a late "
        "block is significant; a head is called what it is in at least half of them.";
  }
  return out + paragraph(text, view, Ink::dim);
}

}  // namespace

std::string render_sweep(const SweepListing& listing, const SweepTableOptions& options,
                         const View& view) {
  std::string out = head_fields(listing, options, view) + "\n";
  out += sweep_prompts(listing, view) + "\n";
  out += results(listing.summary, options, view);
  out += count_fields(listing, view);
  out += beside_fields(listing, view);
  out += "\n" + paragraph(describe(listing.summary), view, Ink::title);
  const std::string across = render_across(listing, options.top, view);
  if (!across.empty()) out += "\n" + across;
  out += render_followed(listing, options.top, view);
  if (view.quiet) return out;
  std::string remarks;
  for (const std::string& remark : options.remarks)
    remarks += paragraph(remark, view, Ink::warning);
  if (!remarks.empty()) out += "\n" + remarks;
  return out + "\n" + sweep_notes(listing, view);
}

}  // namespace tacet::cli
