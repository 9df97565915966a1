#include "cli/sweep_head.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/prompt_view.h"
#include "cli/test_names.h"
#include "cli/width.h"
#include "support/utf8.h"

namespace tacet::cli {

using store::StoredRun;
using store::SweepListing;

namespace {

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

}  // namespace

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
    return positions.empty() ? "at all tokens" : "at the tokens that are named in each prompt";
  }
  if (positions.empty()) return fmt::format("at all {} tokens", first.prompt.tokens.size());
  return fmt::format("at position{} {}", positions.size() == 1 ? "" : "s",
                     fmt::join(positions, ", "));
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

std::string sweep_prompts(const SweepListing& listing, const View& view) {
  const StoredRun& first = listing.runs.front();
  if (listing.runs.size() > 1) return prompt_lines(listing, view);
  return render_prompt(first.prompt.tokens, first.settings.positions, view.width, view.style);
}

}  // namespace tacet::cli
