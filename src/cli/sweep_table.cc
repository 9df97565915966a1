#include "cli/sweep_table.h"

#include <algorithm>
#include <cstdint>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/across_table.h"
#include "cli/prompt_view.h"
#include "cli/sweep_follow_table.h"
#include "cli/sweep_list.h"
#include "cli/sweep_map.h"
#include "cli/test_names.h"
#include "cli/width.h"
#include "support/utf8.h"

namespace tacet::cli {
namespace {

using store::StoredRun;
using store::SweepListing;

std::string plural(std::int64_t count, const std::string& noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

bool is_single(const HeadSummary& head) {
  return head.heads.size() == 1;
}

ModelView model_of(const StoredRun& run) {
  return {.id = run.model_id,
          .n_layer = run.n_layer,
          .n_head = run.n_head,
          .d_model = run.d_model,
          .dtype = run.model_dtype,
          .fingerprint = run.model_fingerprint,
          .official = run.model_official};
}

std::string where_text(const SweepListing& listing) {
  const StoredRun& first = listing.runs.front();
  const std::vector<int>& positions = first.settings.positions;
  if (listing.runs.size() > 1) {
    return positions.empty() ? "at all tokens" : "at the tokens that --at names in each prompt";
  }
  if (positions.empty()) return fmt::format("at all {} tokens", first.prompt.tokens.size());
  return fmt::format("at position{} {}", positions.size() == 1 ? "" : "s",
                     fmt::join(positions, ", "));
}

std::string silenced_text(const SweepListing& listing) {
  const auto count = static_cast<std::int64_t>(listing.summary.heads.size());
  const bool single = std::ranges::all_of(listing.summary.heads, is_single);
  return fmt::format("{}, each by itself → {}, {}", plural(count, single ? "head" : "intervention"),
                     to_string(listing.runs.front().settings.mode), where_text(listing));
}

std::string test_text(const SweepListing& listing) {
  const SweepSummary& summary = listing.summary;
  const Test test = listing.runs.front().settings.test;
  return fmt::format("{}; significant where p adj. < {} ({} over the {} head x block cells of {})",
                     test_name(test), summary.alpha, to_string(summary.correction),
                     summary.family_size,
                     listing.runs.size() == 1 ? "the sweep" : "each prompt's sweep");
}

std::string settings_text(const store::RunSettings& settings) {
  std::string text = measure_settings(settings.states, {settings.cosine, settings.rogue_dimensions},
                                      settings.exclude_first);
  if (settings.pairs == PairsKind::all && !settings.positions.empty()) {
    text += text.empty() ? "all pairs" : ", all pairs";
  }
  return text;
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

constexpr std::size_t kWidestId = 16;

/// A prompt's text, or its ids where that is not known.
std::string prompt_text(const Prompt& prompt) {
  if (!prompt.text.empty()) return support::escape_for_display(prompt.text);
  std::vector<std::int32_t> ids;
  for (const Token& token : prompt.tokens) ids.push_back(token.id);
  return fmt::format("{}", fmt::join(ids, ","));
}

std::string shown_id(const StoredRun& run) {
  return truncate(support::escape_for_display(run.prompt_id), kWidestId);
}

/// Several prompts, one a line: the run, its id in the list of prompts where it has one, how many
/// tokens, and the text. The first few, unless all are asked for.
std::string prompt_lines(const SweepListing& listing, const View& view) {
  constexpr std::size_t kShown = 5;
  const std::size_t total = listing.runs.size();
  const bool is_cut = total > kShown && !view.verbose;
  const std::span shown = std::span(listing.runs).first(is_cut ? kShown - 1 : total);
  std::size_t id_width = 0;
  for (const StoredRun& run : shown) id_width = std::max(id_width, display_width(shown_id(run)));
  const auto line = [&](const std::string& run, const std::string& id, const std::string& tokens,
                        const std::string& text) {
    std::string out = pad_left(run, 7) + "  ";
    if (id_width > 0) out += pad_right(id, id_width) + "  ";
    out += pad_left(tokens, 6) + "  ";
    return out + truncate(text, view.width - display_width(out));
  };
  std::string out = view.style.paint(Ink::title, line("run", "id", "tokens", "prompt")) + "\n";
  for (const StoredRun& run : shown) {
    out += line(fmt::format("{}", run.id), shown_id(run),
                fmt::format("{}", run.prompt.tokens.size()), prompt_text(run.prompt)) +
           "\n";
  }
  if (is_cut) {
    out += view.style.paint(Ink::dim, fmt::format("      …  and {} more", total - shown.size()));
    out += "\n";
  }
  return out;
}

std::string prompts(const SweepListing& listing, const View& view) {
  const StoredRun& first = listing.runs.front();
  if (listing.runs.size() > 1) return prompt_lines(listing, view);
  return render_prompt(first.prompt.tokens, first.settings.positions, view.width, view.style);
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

std::string notes(const SweepListing& listing, const View& view) {
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
  out += prompts(listing, view) + "\n";
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
  return out + "\n" + notes(listing, view);
}

}  // namespace tacet::cli
