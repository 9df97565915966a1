#include "cli/sweep_follow_table.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/bars.h"
#include "cli/prompt_view.h"
#include "cli/table_limits.h"
#include "cli/value_map.h"
#include "cli/width.h"
#include "support/utf8.h"

namespace tacet::cli {
namespace {

using store::SweepListing;

constexpr std::size_t kDeltaColumns = 10;   // columns of a Δ
constexpr std::size_t kTestColumns = 9;     // columns of a t or a p
constexpr std::size_t kFollowColumns = 72;  // columns beside the spec, of the wider of both lists
constexpr std::size_t kPiece = 16;
constexpr std::size_t kWidestFollowName = 40;  // of an intervention in a sentence

double late_of(const FollowedHead& head) {
  return head.late_delta;
}
double late_of(const FollowedAcrossHead& head) {
  return head.late.mean;
}
std::optional<double> p_of(const FollowedHead& head) {
  return head.blocks.p;
}
std::optional<double> p_of(const FollowedAcrossHead& head) {
  return head.late.p;
}

/// "heads", or "interventions" where some are joint.
template <typename Heads>
std::string noun_of(const Heads& heads) {
  const bool single =
      std::ranges::all_of(heads, [](const auto& head) { return head.heads.size() == 1; });
  return single ? "heads" : "interventions";
}

template <typename Heads>
std::string map_of(const Heads& heads, const std::string& whole_title, const View& view) {
  const std::string title = truncate(whole_title, view.width - 2);
  std::vector<std::pair<Head, std::optional<double>>> values;
  for (const auto& head : heads) {
    if (head.heads.size() == 1) values.emplace_back(head.heads.front(), late_of(head));
  }
  if (values.empty()) return "  " + view.style.paint(Ink::title, title) + "\n\n";
  ValueMap map = head_map(values);
  map.title = title;
  map.format = format_delta;
  map.meaning = fmt::format(
      "Δ of the two tokens' cosine similarity, mean over the late blocks (the last fifth) at or "
      "above the cut. {} silencing draws them together, {} apart. =: exactly unchanged.",
      view.style.color() ? "Red:" : "+", view.style.color() ? "blue:" : "-");
  return render_value_map(map, view) + "\n";
}

template <typename Head>
std::string spec_and_late(const Head& head, std::size_t width, const View& view) {
  const double late = late_of(head);
  const Ink ink = late < 0 ? Ink::decoupling : late > 0 ? Ink::coupling : Ink::plain;
  return "    " + pad_right(truncate(head.spec, width), width) +
         view.style.paint(ink, pad_left(format_delta(late), kDeltaColumns));
}

template <typename Head>
std::string corrected(const Head& head) {
  return pad_left(format_p(p_of(head)), kTestColumns) +
         pad_left(format_p(head.p_bonferroni), kTestColumns) +
         pad_left(format_p(head.p_bh), kTestColumns);
}

/// A standard deviation in the form of a Δ.
std::string spread_text(const std::optional<double>& sd) {
  if (!sd) return "-";
  const std::string text = format_delta(*sd);
  return text.starts_with('+') ? text.substr(1) : text;
}

std::string line_of(const FollowedHead& head, std::size_t width, const View& view) {
  return spec_and_late(head, width, view) +
         pad_left(format_delta(head.blocks.mean), kDeltaColumns) +
         pad_left(fmt::format("{}", head.blocks.n), 8) +
         pad_left(format_t(head.blocks.t), kTestColumns) + corrected(head) + "\n";
}

std::string line_of(const FollowedAcrossHead& head, std::size_t width, const View& view) {
  return spec_and_late(head, width, view) + pad_left(spread_text(head.late.sd), kDeltaColumns) +
         pad_left(fmt::format("{}/{}", head.signs.n_agree, head.late.n), 8) +
         pad_left(format_t(head.late.t), kTestColumns) + corrected(head) + "\n";
}

/// The header's columns between the late Δ and t.
std::string middle_columns(const FollowedHead& /*head*/) {
  return pad_left("mean Δ", kDeltaColumns) + pad_left("blocks", 8);
}
std::string middle_columns(const FollowedAcrossHead& /*head*/) {
  return pad_left("sd", kDeltaColumns) + pad_left("signs", 8);
}

/// The strongest, one a line with its numbers, and an empty line.
template <typename Heads>
std::string list_of(const Heads& heads, std::size_t top, const View& view) {
  const std::vector<std::size_t> places = strongest(heads, top);
  if (places.empty()) return "";
  std::size_t width = kNarrowestSpec;
  for (const std::size_t place : places) {
    width = std::max(width, display_width(heads[place].spec));
  }
  width = std::min(width, view.width - std::min(view.width - kNarrowestSpec, kFollowColumns));
  const std::string header = "    " + pad_right("head", width) + pad_left("late Δ", kDeltaColumns) +
                             middle_columns(heads.front()) + pad_left("t", kTestColumns) +
                             pad_left("p", kTestColumns) + pad_left("Bonf.", kTestColumns) +
                             pad_left("BH", kTestColumns);
  std::string out = view.style.paint(Ink::title, header) + "\n";
  for (const std::size_t place : places) out += line_of(heads[place], width, view);
  return out + "\n";
}

/// "L4H4 moves them most: silenced, they stand 0.0123 less alike over the late blocks."
template <typename Heads>
std::string strongest_text(const Heads& heads) {
  const auto& head = heads[strongest(heads, 1).front()];
  const double late = late_of(head);
  if (late == 0) return fmt::format("None of the {} {} moves them.", heads.size(), noun_of(heads));
  return fmt::format(
      "{} moves them most: silenced, they stand {} alike over the late blocks (mean Δ {}).",
      truncate(head.spec, kWidestFollowName), late > 0 ? "more" : "less", format_delta(late));
}

/// How many are significant, and in which family.
template <typename Heads>
std::string count_text(const Heads& heads, double alpha, const std::string& test) {
  const auto below = [&](const auto& p) {
    return std::ranges::count_if(
        heads, [&](const auto& head) { return p(head).has_value() && *p(head) < alpha; });
  };
  using HeadType = typename Heads::value_type;
  return fmt::format(
      "{} calls {} of the {} {} significant at {} by Bonferroni, {} by Benjamini-Hochberg, over "
      "the family of all {}.",
      test, below([](const HeadType& head) { return head.p_bonferroni; }), heads.size(),
      noun_of(heads), alpha, below([](const HeadType& head) { return head.p_bh; }), heads.size());
}

std::string piece_at(const std::vector<Token>& tokens, int position) {
  return fmt::format("{} (position {})",
                     truncate(visible_piece(tokens[static_cast<std::size_t>(position)]), kPiece),
                     position);
}

std::string one_prompt(const FollowedSweep& sweep, const SweepListing& listing, std::size_t top,
                       const View& view) {
  const std::vector<Token>& tokens = listing.runs.front().prompt.tokens;
  const std::string title =
      fmt::format("{} and {}: late Δ, by block and head", piece_at(tokens, sweep.pair.first),
                  piece_at(tokens, sweep.pair.second));
  std::string out = "\n" + map_of(sweep.heads, title, view);
  out += list_of(sweep.heads, top, view);
  return out + paragraph(strongest_text(sweep.heads) + " " +
                             count_text(sweep.heads, listing.summary.alpha,
                                        "The t-test over a head's blocks"),
                         view, Ink::title);
}

std::string units_text(const FollowedAcross& across) {
  if (across.n_units == across.n_prompts) return fmt::format("{} prompts", across.n_prompts);
  return fmt::format("{} prompts in {} group{}", across.n_prompts, across.n_units,
                     across.n_units == 1 ? "" : "s");
}

std::string many_prompts(const FollowedAcross& across, const SweepListing& listing, std::size_t top,
                         const View& view) {
  const std::string title = fmt::format(
      "'{}' over {}: mean late Δ, by block and head",
      truncate(support::escape_for_display(across.pair), 2 * kPiece), units_text(across));
  std::string out = "\n" + map_of(across.heads, title, view);
  out += list_of(across.heads, top, view);
  const std::string tested =
      across.n_units < 2 ? std::string("All prompts are of one group: there is nothing to test.")
                         : count_text(across.heads, listing.summary.alpha,
                                      fmt::format("The t-test over the {}", units_text(across)));
  return out + paragraph(strongest_text(across.heads) + " " + tested, view, Ink::title);
}

constexpr const char* kWhyLiberal =
    "consecutive blocks share the residual stream, where a change stays once it is made, so that a "
    "head's blocks are far from independent, and that test calls far too much significant.";

std::string follow_notes(const SweepListing& listing, const View& view) {
  if (!listing.followed_across.empty()) {
    return paragraph(
        fmt::format("A prompt is one observation here (several places of a word in one prompt are "
                    "averaged): this is the test to go by. t, p: of the mean late Δ; sd, signs: "
                    "over the prompts; Bonf., BH: p corrected over all heads. The test over one "
                    "prompt's blocks stands in JSON and CSV, and is not to be trusted: {}",
                    kWhyLiberal),
        view, Ink::dim);
  }
  return paragraph(
      fmt::format("mean Δ: over all blocks at and above the cut, their number beside it; t, p: "
                  "paired t-test over these, from {} blocks on; Bonf., BH: p corrected over all "
                  "heads. Do not trust it: {} With one prompt there is no better one; with several "
                  "(--prompts) the prompt is the observation.",
                  kFewestFollowedBlocks, kWhyLiberal),
      view, Ink::dim);
}

}  // namespace

std::string render_followed(const SweepListing& listing, std::size_t top, const View& view) {
  if (listing.followed.empty()) return "";
  std::string out;
  if (listing.followed_across.empty()) {
    for (const FollowedSweep& one : listing.followed.front().pairs) {
      out += one_prompt(one, listing, top, view);
    }
  } else {
    for (const FollowedAcross& one : listing.followed_across) {
      out += many_prompts(one, listing, top, view);
    }
  }
  return view.quiet ? out : out + "\n" + follow_notes(listing, view);
}

}  // namespace tacet::cli
